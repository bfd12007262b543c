import DockerSupport

/// Somebody else on the same host, who knows nothing of Continuo.
protocol Stranger: Sendable {
    /// Runs something of his own that holds a port and a subnet, while `body` runs; then makes sure it still runs, and ends it.
    func holding(port: Int, subnet: String, _ body: () async throws -> Void) async throws
}

struct DockerStranger: Stranger {
    let docker: Docker

    func holding(port: Int, subnet: String, _ body: () async throws -> Void) async throws {
        let name = "stranger-\(port)"
        try await docker.call(
            "POST", "/networks/create",
            json: #"{"Name":"\#(name)","Driver":"bridge","IPAM":{"Config":[{"Subnet":"\#(subnet)"}]}}"#)
        do {
            try await docker.call("POST", "/containers/create?name=\(name)", json: container(on: name, port: port))
            try await docker.call("POST", "/containers/\(name)/start")
            try await body()
            let state = String(decoding: try await docker.call("GET", "/containers/\(name)/json"), as: UTF8.self)
            guard state.contains(#""Running":true"#) else { throw Unmet("the stranger's container does not run any more") }
        } catch {
            try await end(name)
            throw error
        }
        try await end(name)
    }

    private func container(on network: String, port: Int) -> String {
        #"""
        {"Image":"\#(Docker.image)","Cmd":["/bin/sh","-c","\#(SampleChain.script)"],"ExposedPorts":{"80/tcp":{}},
        "Volumes":{"/data":{}},
        "HostConfig":{"NetworkMode":"\#(network)","PortBindings":{"80/tcp":[{"HostIp":"127.0.0.1","HostPort":"\#(port)"}]}}}
        """#
    }

    private func end(_ name: String) async throws {
        _ = try await docker.send("DELETE", "/containers/\(name)?force=1&v=1")
        _ = try await docker.send("DELETE", "/networks/\(name)")
    }
}

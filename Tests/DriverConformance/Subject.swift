import DockerDriver
import DockerSupport
import Drivers
import MemoryDriver
import Model
import Testing

/// The kinds of host that the suite runs on.
enum Kind: String, CaseIterable, CustomTestStringConvertible {
    case docker
    case memory

    var testDescription: String { rawValue }
}

/// A driver, a host, and what a stranger can do on that host.
struct Subject: Sendable {
    let driver: any Driver
    let host: HostTarget
    let context: WorkContext
    let stranger: any Stranger
    /// An image that the host does not have.
    let unknownImage: String

    /// Gives `body` a subject of its own; whatever it leaves on the host fails the test.
    static func of(_ kind: Kind, _ body: (Subject) async throws -> Void) async throws {
        switch kind {
        case .docker:
            try await DockerField.using { field in
                let driver = DockerDriver(
                    client: field.docker.client,
                    patience: .init(health: .seconds(20), settling: .seconds(4), stopping: .seconds(4)))
                try await body(
                    Subject(
                        driver: driver, host: field.host, context: field.context,
                        stranger: DockerStranger(docker: field.docker), unknownImage: "continuo-test/nowhere:1"))
            }
        case .memory:
            try await MemoryHostProcess.using { process in
                try await body(
                    Subject(
                        driver: MemoryDriver(client: process.client),
                        host: HostTarget(id: .fresh(), driver: .memory, endpoint: process.endpoint, address: "127.0.0.1"),
                        context: WorkContext(installation: .fresh(), vaults: PlainSmith(), mayAct: {}), stranger: process,
                        unknownImage: "missing/image:1"))
            }
        }
    }

    @discardableResult
    func converge(_ work: ChainWork) async throws(WorkError) -> ObservedChain {
        try await driver.converge(work, on: host, context)
    }

    func observed(_ id: ChainID) async throws -> ObservedChain? {
        try await driver.observe(host, context).chains.first { $0.id == id }
    }

    func secret(of work: ChainWork) async throws -> String? {
        let incarnation = work.desired.incarnation
        guard let vault = try await driver.vault(of: work.id, incarnation: incarnation, on: host, context) else { return nil }
        return try context.vaults.open(vault, chain: work.id, incarnation: incarnation).secrets["token"]
    }
}

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

import Curl
import DockerSupport
import Foundation

/// A service of his own on every machine.
struct SwarmStranger: Stranger {
    let manager: Docker

    func holding(port: Int, subnet: String, _ body: () async throws -> Void) async throws {
        let name = "stranger-\(port)"
        try await manager.call(
            "POST", "/networks/create",
            json: #"{"Name":"\#(name)","Driver":"overlay","IPAM":{"Config":[{"Subnet":"\#(subnet)"}]}}"#)
        do {
            try await manager.call("POST", "/services/create", json: service(name, port: port))
            try await untilItRuns(name)
            try await body()
            try await untilItRuns(name)
        } catch {
            try await end(name)
            throw error
        }
        try await end(name)
    }

    private func service(_ name: String, port: Int) -> String {
        #"""
        {"Name":"\#(name)","Mode":{"Global":{}},
        "TaskTemplate":{"ContainerSpec":{"Image":"\#(Docker.image)","Args":["/bin/sh","-c","busybox sleep 1000"],"StopGracePeriod":1},
        "Networks":[{"Target":"\#(name)"}]},
        "EndpointSpec":{"Mode":"dnsrr","Ports":[{"TargetPort":80,"PublishedPort":\#(port),"PublishMode":"host"}]}}
        """#
    }

    private func untilItRuns(_ name: String) async throws {
        for _ in 0..<200 {
            let filter = "%7B%22service%22:%5B%22\(name)%22%5D,%22desired-state%22:%5B%22running%22%5D%7D"
            let tasks = String(decoding: try await manager.call("GET", "/tasks?filters=\(filter)"), as: UTF8.self)
            if tasks.components(separatedBy: #""State":"running""#).count == 3 { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw Unmet("the stranger's service does not run")
    }

    private func end(_ name: String) async throws {
        _ = try await manager.send("DELETE", "/services/\(name)")
        for _ in 0..<100 where try await manager.send("DELETE", "/networks/\(name)").status >= 300 {
            if try await manager.send("GET", "/networks/\(name)").status == 404 { return }
            try await Task.sleep(for: .milliseconds(100))
        }
    }
}

import DockerSupport
import Drivers
import Model
import Scripted

struct SwarmInsight: ShellInsight {
    let field: SwarmField

    func run(_ command: [String], in node: ObservedNode, of work: ChainWork) async throws -> String {
        let labels = ["\(ObjectLabels.Name.chain)=\(work.id)", "\(ObjectLabels.Name.node)=\(node.name)"]
        for machine in [field.manager, field.worker] {
            guard let id = try await machine.containers(labelled: labels, running: true).first else { continue }
            return try await machine.run(command, in: id)
        }
        throw Unmet("\(node.name) has no container on either machine")
    }

    func runs(of task: String, _ work: ChainWork) async throws -> [String] {
        struct Life: Decodable { var id: String }
        let labels = ["\(ObjectLabels.Name.chain)=\(work.id)", "\(ObjectLabels.Name.task)=\(task)"]
        let filter = labels.map { "%22\($0)%22" }.joined(separator: ",")
        return try await field.manager.read([Life].self, "/tasks?filters=%7B%22label%22:%5B\(filter)%5D%7D").map(\.id)
    }
}

/// What is wrong with a manager is what can be wrong with any daemon.
struct SwarmTroubles: Troubles {
    func slowHost(_ body: (HostTarget, WorkContext) async throws -> Void) async throws {
        try await DockerTroubles().slowHost(body)
    }

    func fullHost(_ body: (HostTarget, WorkContext) async throws -> Void) async throws {
        try await ScriptedHost.using { method, path in
            switch (method, path) {
            case (_, "/version"): (200, #"{"Version":"20.10.24","ApiVersion":"1.41","MinAPIVersion":"1.12","Arch":"amd64"}"#)
            case ("GET", let path) where path.hasSuffix("/info"):
                (200, #"{"OperatingSystem":"","Swarm":{"NodeID":"1","LocalNodeState":"active","ControlAvailable":true}}"#)
            case ("GET", let path) where path.hasSuffix("/nodes"):
                (200, #"[{"ID":"1","Spec":{"Availability":"active"},"Status":{"State":"ready","Addr":"10.0.0.1"}}]"#)
            case ("GET", let path) where path.hasSuffix("/volumes"): (200, #"{"Volumes":[]}"#)
            case ("GET", _): (200, "[]")
            default: (500, #"{"message":"write /var/lib/docker/swarm: no space left on device"}"#)
            }
        } body: { endpoint in
            try await body(
                HostTarget(id: .fresh(), driver: .swarm, endpoint: endpoint, address: "127.0.0.1"),
                WorkContext(installation: .fresh(), vaults: PlainSmith(), mayAct: {}))
        }
    }

    func lockedHost(_ body: (HostTarget, WorkContext) async throws -> Void) async throws {
        try await DockerTroubles().lockedHost(body)
    }
}

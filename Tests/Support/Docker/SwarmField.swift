import Curl
public import Drivers
import Foundation
public import Model

/// A place on a test swarm of two machines that belongs to one test: an installation, a host, subnets and ports of its own.
public struct SwarmField: Sendable {
    public let manager: Docker
    public let worker: Docker
    public let host: HostTarget
    public let context: WorkContext
    public var installation: InstallationID { context.installation }

    /// Gives `body` a field on the swarm that all tests share, and removes everything of it afterwards.
    /// - Throws: `Unmet` when the body left objects of it on one of the machines.
    public static func using(_ body: (SwarmField) async throws -> Void) async throws {
        let manager = try await Docker.forTests("CONTINUO_TEST_SWARM_MANAGER")
        let worker = try await Docker.forTests("CONTINUO_TEST_SWARM_WORKER")
        let field = try await SwarmField(manager: manager, worker: worker)
        do {
            try await body(field)
        } catch {
            _ = try await field.removeAll()
            throw error
        }
        let left = try await field.removeAll()
        guard left.isEmpty else { throw Unmet("left behind: \(left)") }
    }

    public init(manager: Docker, worker: Docker) async throws {
        self.manager = manager
        self.worker = worker
        host = HostTarget(
            id: .fresh(), driver: .swarm, endpoint: manager.url, address: try await manager.swarmAddress())
        context = WorkContext(installation: .fresh(), vaults: PlainSmith(), mayAct: {})
    }

    /// Removes what is left of the installation, and says what that was. The machines clear away by and by what the manager has let
    /// go; a volume on the worker may be left, if it is empty: nobody can remove it through the manager.
    private func removeAll() async throws -> [String] {
        let left = try await manager.removeSwarmObjects(of: installation)
        for _ in 0..<100 where try await !onMachines().isEmpty { try await Task.sleep(for: .milliseconds(200)) }
        let objects = try await onMachines()
        for machine in [manager, worker] { _ = try await machine.removeAll(of: installation) }
        return left + objects
    }

    private func onMachines() async throws -> [String] {
        let empty = try await worker.emptyVolumes()
        let objects = try await manager.objects(of: installation)
        return objects + (try await worker.objects(of: installation).filter { !empty.contains($0) })
    }
}

extension Docker {
    /// By which the daemon's machine is reached.
    public func swarmAddress() async throws -> String {
        struct Info: Decodable {
            struct Swarm: Decodable { var nodeAddr: String }
            var swarm: Swarm
        }
        return try await read(Info.self, "/info").swarm.nodeAddr
    }

    fileprivate func emptyVolumes() async throws -> Set<String> {
        struct Usage: Decodable {
            struct Volume: Decodable {
                struct Data: Decodable { var size: Int }
                var name: String
                var usageData: Data?
            }
            var volumes: [Volume]?
        }
        // The daemon refuses while it counts for somebody else.
        var answer = try await send("GET", "/system/df")
        for _ in 0..<100 where answer.status == 500 {
            try await Task.sleep(for: .milliseconds(100))
            answer = try await send("GET", "/system/df")
        }
        let usage = try Docker.decode(Usage.self, from: Foundation.Data(answer.body))
        return Set((usage.volumes ?? []).filter { $0.usageData?.size == 0 }.map { "volume \($0.name)" })
    }

    fileprivate func removeSwarmObjects(of installation: InstallationID) async throws -> [String] {
        struct Found: Decodable { var id: String }
        var left: [String] = []
        let filter = "%7B%22label%22:%5B%22\(ObjectLabels.Name.installation)=\(installation)%22%5D%7D"
        for kind in ["services", "configs", "secrets"] {
            let found = try await read([Found].self, "/\(kind)?filters=\(filter)")
            for object in found {
                _ = try await send("DELETE", "/\(kind)/\(object.id)")
                left.append("\(kind) \(object.id)")
            }
        }
        return left
    }
}

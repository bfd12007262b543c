import Curl
import DockerEngine
import Drivers
import Model

/// Removes objects of a swarm by their ids: services first, and what they hold on to once their containers have ended.
struct Removal: Sendable {
    let daemon: Daemon
    /// For containers to end and for what they held to be free.
    let patience: Duration

    /// What is gone already is no error. With its service a node's data goes, unless it is to be `keepingData`.
    func remove(_ objects: [ObjectReference], keepingData: Bool = false) async throws(WorkError) {
        let services = objects.filter { $0.kind == .service }.map(\.id)
        if !keepingData { try await emptyVolumes(of: services) }
        let lives = try await lives(of: services)
        _ = try await inParallel(services) { (id) throws(WorkError) in
            try await daemon.call("DELETE", Request.path("services", id)).expect("removing the service \(id)", also: 404)
        }
        try await untilEnded(lives)
        let others = objects.filter { $0.kind != .service }
        _ = try await inParallel(others) { (object) throws(WorkError) in
            try await settle(within: patience) { (isLast) throws(WorkError) in try await remove(object, mustSucceed: isLast) }
        }
    }

    /// Those on the manager's machine are objects like others, and removed as such.
    private func emptyVolumes(of services: [String]) async throws(WorkError) {
        guard !services.isEmpty else { return }
        let manager = try await daemon.manager().swarm.nodeID
        let reachable = Set(try await daemon.machines().filter { $0.status.state == "ready" && $0.id != manager }.map(\.id))
        let wiping = Wiping(daemon: daemon, patience: patience)
        _ = try await inParallel(services) { (id) throws(WorkError) in
            guard let machine = try await daemon.service(id)?.machine, reachable.contains(machine) else { return }
            try await wiping.empty(id)
        }
    }

    /// Configs and secrets that no service is given any more. One that is in use again by now is kept by the swarm itself.
    func removeUnusedFiles(_ found: Found) async throws(WorkError) {
        let used = Set(found.services.compactMap(\.spec.taskTemplate.containerSpec).flatMap(\.usedFiles))
        let unused =
            (found.configs.filter { $0.labels[SwarmLabels.file] != nil }.map { ("configs", $0.id) }
            + found.secrets.map { ("secrets", $0.id) }).filter { !used.contains($0.1) }
        _ = try await inParallel(unused) { (kind, id) throws(WorkError) in
            _ = try await daemon.call("DELETE", Request.path(kind, id))
        }
    }

    /// - Returns: whether it is gone.
    private func remove(_ object: ObjectReference, mustSucceed: Bool) async throws(WorkError) -> Bool {
        guard let folder = object.kind.folder else { return true }
        let answer = try await daemon.call("DELETE", Request.path(folder, object.id))
        guard !answer.succeeded, answer.status != 404, !mustSucceed else {
            try answer.expect("removing the \(object.kind.rawValue) \(object.id.prefix(12))", also: 404)
            return true
        }
        return false
    }

    private func lives(of services: [String]) async throws(WorkError) -> [String] {
        guard !services.isEmpty else { return [] }
        let ours = Set(services)
        return try await daemon.tasks().filter { ours.contains($0.serviceID ?? "") }.map(\.id)
    }

    /// A container on a machine that does not answer ends when that machine is back: it is not waited for.
    private func untilEnded(_ lives: [String]) async throws(WorkError) {
        guard !lives.isEmpty else { return }
        let ready = Set(try await daemon.machines().filter { $0.status.state == "ready" }.map(\.id))
        try await settle(within: patience) { (_) throws(WorkError) in
            try await daemon.tasks(withIDs: lives).allSatisfy { !ready.contains($0.nodeID ?? "") }
        }
    }
}

extension ObjectReference.Kind {
    /// The part of the API that knows objects of this kind, but for services.
    fileprivate var folder: String? {
        switch self {
        case .network: "networks"
        case .config: "configs"
        case .secret: "secrets"
        case .volume: "volumes"
        case .service, .container, .namespace: nil
        }
    }
}

extension TaskTemplate.ContainerWords {
    fileprivate var usedFiles: [String] {
        (configs ?? []).compactMap(\.configID) + (secrets ?? []).compactMap(\.secretID)
    }
}

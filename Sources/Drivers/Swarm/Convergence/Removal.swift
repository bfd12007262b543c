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
        let machines = keepingData || services.isEmpty ? [] : try await machinesOutOfReach()
        // None waits for another: a program that does not end when it is asked to takes all of its grace.
        let lives = try await inParallel(services) { (id) throws(WorkError) in
            try await empty(id, on: machines)
            let lives = try await daemon.tasks(ofService: id).map(\.id)
            try await daemon.call("DELETE", Request.path("services", id)).expect("removing the service \(id)", also: 404)
            return lives
        }
        try await untilEnded(lives.flatMap { $0 })
        let others = objects.filter { $0.kind != .service }
        _ = try await inParallel(others) { (object) throws(WorkError) in
            try await settle(within: patience) { (isLast) throws(WorkError) in try await remove(object, mustSucceed: isLast) }
        }
    }

    /// Those that answer, but for the manager's: volumes there are objects like others, and removed as such.
    private func machinesOutOfReach() async throws(WorkError) -> Set<String> {
        let manager = try await daemon.manager().swarm.nodeID
        return Set(try await daemon.machines().filter { $0.status.state == "ready" && $0.id != manager }.map(\.id))
    }

    /// Empties the service's volumes, if they lie on one of the machines.
    private func empty(_ id: String, on machines: Set<String>) async throws(WorkError) {
        guard !machines.isEmpty, let machine = try await daemon.service(id)?.machine, machines.contains(machine) else { return }
        try await Wiping(daemon: daemon, patience: patience).empty(id)
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

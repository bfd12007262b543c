import DockerEngine
import Drivers
import Model

/// What one look at the swarm found: of one chain, or of all of ours.
struct Found: Sendable {
    var services: [Service]
    var tasks: [SwarmTask]
    var networks: [NetworkDetails]
    var configs: [StoredFile]
    var secrets: [StoredFile]
    /// Those on the manager's own machine: nobody tells of the others'.
    var volumes: [VolumeDetails]
    var machines: Machines

    init(_ daemon: Daemon, of chain: ChainID? = nil) async throws(WorkError) {
        async let manager = Attempt { () throws(WorkError) in try await daemon.manager() }
        async let services = Attempt { () throws(WorkError) in try await daemon.services(of: chain) }
        async let tasks = Attempt { () throws(WorkError) in try await daemon.tasks(of: chain) }
        async let networks = Attempt { () throws(WorkError) in try await daemon.networks(of: chain) }
        async let configs = Attempt { () throws(WorkError) in try await daemon.configs(of: chain) }
        async let secrets = Attempt { () throws(WorkError) in try await daemon.secrets(of: chain) }
        async let volumes = Attempt { () throws(WorkError) in try await daemon.volumes(of: chain) }
        async let machines = Attempt { () throws(WorkError) in try await daemon.machines() }
        // First: of what is no manager, the others' answers say less.
        let here = try await manager.get().swarm.nodeID
        self.services = try await services.get()
        self.tasks = try await tasks.get()
        self.networks = try await networks.get()
        self.configs = try await configs.get()
        self.secrets = try await secrets.get()
        self.volumes = try await volumes.get()
        self.machines = Machines(all: try await machines.get(), manager: here)
    }

    /// What was made for one host of the ledger: two of them may be the same swarm, and neither may clear away the other's.
    func made(for host: HostID) -> Found {
        func isIts(_ labels: [String: String]?) -> Bool { ObjectLabels(labels ?? [:])?.host == host }
        var found = self
        found.services.removeAll { !isIts($0.labels) }
        found.networks.removeAll { !isIts($0.labels) }
        found.configs.removeAll { !isIts($0.labels) }
        found.secrets.removeAll { !isIts($0.labels) }
        found.volumes.removeAll { !isIts($0.labels) }
        return found
    }

    func vault(of chain: ChainID, incarnation: Int, installation: InstallationID) -> SealedVault? {
        configs.lazy.compactMap { $0.vault(of: chain, incarnation: incarnation, installation: installation) }.first
    }

    /// The opened vault of one incarnation; `nil` where it is not there.
    func openedVault(of chain: ChainID, incarnation: Int, _ context: WorkContext) throws(WorkError) -> Vault? {
        guard let sealed = vault(of: chain, incarnation: incarnation, installation: context.installation) else { return nil }
        return try context.vaults.open(sealed, chain: chain, incarnation: incarnation)
    }

    /// Services of nodes. One that was not made from `vault`, or whose machine has left, counts as made from something else.
    func nodes(madeFrom vault: SealedVault?) -> [FoundNode] {
        services.compactMap { service in
            guard var labels = ObjectLabels(service.labels), labels.node != nil else { return nil }
            let isStale = vault == nil || service.labels[SwarmLabels.fingerprint] != vault?.fingerprint
            if isStale || service.machine.map(machines.hasLeft) == true { labels.node?.configuration = "" }
            return FoundNode(object: service.id, state: service.isOn ? .running : .exited, labels: labels)
        }
    }

    /// The newest life of a service decides about a task: it has only one.
    var plannedTasks: [FoundTask] {
        services.compactMap { service in
            guard let labels = ObjectLabels(service.labels), labels.task != nil else { return nil }
            let state: FoundTask.State =
                switch lives(of: service).last?.status.state {
                case "complete": .done
                case "failed", "rejected", "orphaned", "shutdown", "remove": .failed
                default: .running
                }
            return FoundTask(object: service.id, state: state, labels: labels)
        }
    }

    /// Everything but services.
    var objects: [FoundObject] {
        let all: [(ObjectReference.Kind, String, [String: String]?)] =
            networks.map { (.network, $0.id, $0.labels) } + configs.map { (.config, $0.id, $0.labels) }
            + secrets.map { (.secret, $0.id, $0.labels) } + volumes.map { (.volume, $0.name, $0.labels) }
        return all.compactMap { kind, id, labels in
            ObjectLabels(labels ?? [:]).map { FoundObject(reference: ObjectReference(kind: kind, id: id), labels: $0) }
        }
    }

    /// The containers that a service has had, as far as the swarm remembers, oldest first.
    func lives(of service: Service) -> [SwarmTask] {
        tasks.filter { $0.serviceID == service.id }.sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }
    }
}

/// What came of something that was tried, for `async let`, which knows no typed errors.
struct Attempt<Value: Sendable>: Sendable {
    private let result: Result<Value, WorkError>

    init(_ body: () async throws(WorkError) -> Value) async {
        do {
            result = .success(try await body())
        } catch {
            result = .failure(error)
        }
    }

    func get() throws(WorkError) -> Value { try result.get() }
}

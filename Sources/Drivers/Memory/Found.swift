internal import Drivers
internal import Model

/// An object of ours as it was found on a host.
struct Found {
    var object: MemoryObject
    var labels: ObjectLabels

    /// Everything of this installation and host, or of one chain of it. Two hosts of one installation may share a process.
    static func list(_ client: MemoryClient, _ host: HostID, _ chain: ChainID? = nil) async throws(WorkError) -> [Found] {
        var labels = [
            ObjectLabels.Name.installation: client.context.installation.description, ObjectLabels.Name.host: host.description,
        ]
        labels[ObjectLabels.Name.chain] = chain?.description
        return try await client.list(labels).compactMap { object in
            ObjectLabels(object.spec.labels).map { Found(object: object, labels: $0) }
        }
    }
}

extension [Found] {
    func vault(_ incarnation: Int) -> SealedVault? {
        first { $0.object.spec.kind == .secret && $0.labels.incarnation == incarnation }?.object.spec.content.map {
            SealedVault($0)
        }
    }

    mutating func remove(_ id: String) {
        removeAll { $0.object.id == id }
    }

    /// An object as the host has just described it.
    mutating func put(_ object: MemoryObject) {
        remove(object.id)
        if let labels = ObjectLabels(object.spec.labels) { append(Found(object: object, labels: labels)) }
    }

    /// What `ConvergePlan` asks for.
    var nodes: [FoundNode] {
        filter { $0.labels.task == nil }.compactMap { found in
            found.object.state.map { FoundNode(object: found.object.id, state: $0, labels: found.labels) }
        }
    }

    var tasks: [FoundTask] {
        filter { $0.labels.task != nil }.map {
            FoundTask(object: $0.object.id, state: $0.object.taskState, labels: $0.labels)
        }
    }

    var others: [FoundObject] {
        filter { $0.object.state == nil }.map { FoundObject(reference: $0.object.reference, labels: $0.labels) }
    }
}

extension HostObservation {
    init(found: [Found]) {
        let chains = Dictionary(grouping: found, by: \.labels.chain)
        self.init(
            chains: chains.map { ObservedChain(id: $0.key, found: $0.value) }.sorted { $0.id.description < $1.id.description })
    }
}

extension ObservedChain {
    init(id: ChainID, found: [Found]) {
        self.init(
            id: id, nodes: found.compactMap(ObservedNode.init).sorted { ($0.name, $0.object ?? "") < ($1.name, $1.object ?? "") },
            sequence: found.map(\.labels.sequence).max() ?? 0,
            objects: found.filter { $0.labels.node == nil }.map(\.object.reference),
            certificatesExpireAt: found.compactMap { ObjectLabels.expiry($0.object.spec.labels) }.min())
    }
}

extension MemoryObject {
    var taskState: FoundTask.State {
        switch state {
        case .running, .restarting: .running
        case .exited: exitCode == 0 ? .done : .failed
        case .created, .missing, nil: .created
        }
    }
}

extension ObservedNode {
    /// `nil` for what is no container.
    init?(_ found: Found) {
        guard let state = found.object.state, let node = found.labels.node else { return nil }
        let health = found.object.health ?? .unknown
        self.init(
            name: node.name, state: state, health: health, restarts: node.restarts, incarnation: found.labels.incarnation,
            generation: found.labels.generation, ports: state == .running ? found.object.spec.ports : [],
            object: found.object.id, detail: Self.detail(state, health))
    }

    private static func detail(_ state: NodeState, _ health: NodeHealth) -> String? {
        switch (state, health) {
        case (.exited, _): "it has ended"
        case (.running, .unhealthy): "its probe fails"
        default: nil
        }
    }
}

import Drivers
import Model

/// Makes, starts and stops the nodes of one chain. What somebody else changes meanwhile is left to the next round.
struct NodeMaking: Sendable {
    let cluster: Cluster
    let ground: ChainGround
    let parts: PodParts
    let removal: Removal
    /// The pods that were there when the round began.
    let pods: [PodObject]

    func perform(_ step: ConvergePlan.Step) async throws(WorkError) {
        let node = step.node
        switch step.step {
        case .keep, .absent: return
        case .create(let start): try await make(node, start: start)
        case .replace(let old, let start):
            if let address = address(old) { try await removal.removeWorkload(address, grace: nil) }
            try await make(node, start: start)
        case .start(let id): try await scale(id, to: 1, node)
        case .stop(let id):
            try await scale(id, to: 0, node)
            try await awaitEnd(of: id)
        }
    }

    private func make(_ node: PlannedNode, start: Bool) async throws(WorkError) {
        try await endStalePods(of: node)
        let labels = ground.labels(of: node)
        if let files = try ground.files(node.files, of: node.name, labels: labels, parts.references) {
            try await cluster.apply(files, node: node.name)
        }
        let manifest = try ground.statefulSet(of: node, start: start, parts)
        if try await cluster.create(manifest, as: StatefulSetObject.self, node: node.name) != nil { return }
        let other = try await cluster.get(StatefulSetObject.self, node.name, in: ground.names.namespace)
        guard other == nil || other?.ours?.installation == ground.installation else {
            throw WorkError(
                .terminal, .hostRefused, "the StatefulSet \(node.name) in \(ground.names.namespace) is not ours", node: node.name)
        }
    }

    private func scale(_ id: String, to replicas: Int, _ node: PlannedNode) async throws(WorkError) {
        guard let address = address(id), let namespace = address.namespace else { return }
        try await cluster.merge(
            ["metadata": ["uid": .string(address.uid)], "spec": ["replicas": .integer(replicas)]],
            into: .statefulSets, address.name, in: namespace, node: node.name)
    }

    /// Pods of a StatefulSet that is gone already: while one has the name, the new pod is refused, and tried again ever more rarely.
    private func endStalePods(of node: PlannedNode) async throws(WorkError) {
        let stale = Set(pods.filter { $0.label(ObjectLabels.Name.node) == node.name }.map(\.metadata.uid))
        guard !stale.isEmpty else { return }
        try await removal.endPods(in: ground.names.namespace, grace: nil) { stale.contains($0.metadata.uid) }
    }

    private func awaitEnd(of id: String) async throws(WorkError) {
        guard let address = address(id), let namespace = address.namespace else { return }
        try await removal.endPods(in: namespace, grace: nil) { $0.isOwned(by: address.uid) }
    }

    private func address(_ id: String) -> ObjectAddress? {
        ObjectAddress(ObjectReference(kind: .container, id: id))
    }
}

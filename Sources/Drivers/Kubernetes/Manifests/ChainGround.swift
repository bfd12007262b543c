import Drivers
import Model

/// What all objects of one incarnation of a chain have in common when they are made.
struct ChainGround: Sendable {
    let work: ChainWork
    let host: HostTarget
    let installation: InstallationID

    var names: ObjectNames { ObjectNames(work) }
    var labels: ObjectLabels { ObjectLabels(work, on: host.id, of: installation) }

    /// A manifest inside the chain's namespace.
    func manifest(
        _ resource: Resource, _ name: String, labels: ObjectLabels? = nil, annotations: [String: String] = [:],
        _ members: [String: JSONValue]
    ) -> Manifest {
        Manifest(
            resource: resource, namespace: names.namespace, name: name, labels: (labels ?? self.labels).selectable,
            annotations: annotations, members: members)
    }
}

// What is there once for the whole chain.
extension ChainGround {
    /// Nodes that say no user may need root inside their container; then the namespace asks for a little less.
    var podSecurity: String {
        let users = work.plan.nodes.map(\.user) + work.plan.tasks.map(\.user)
        return users.allSatisfy { PodUser($0)?.isRoot == false } ? "restricted" : "baseline"
    }

    var namespace: Manifest {
        var labels = labels.selectable
        for mode in ["enforce", "audit", "warn"] { labels["pod-security.kubernetes.io/\(mode)"] = podSecurity }
        return Manifest(
            resource: .namespaces, name: names.namespace, labels: labels, annotations: self.labels.annotations, members: [:])
    }

    /// The account of all pods; it may do nothing, and no pod gets its token.
    var account: Manifest {
        manifest(.accounts, ObjectNames.chain, ["automountServiceAccountToken": false])
    }

    /// No more of anything than the plan has; pods may overlap while one follows another.
    var quota: Manifest {
        let nodes = work.plan.nodes
        let volumes = host.settings.ephemeralVolumes ? [] : nodes.flatMap(\.volumes)
        var hard: [String: JSONValue] = [
            "pods": .string(String(2 * (nodes.count + work.plan.tasks.count))),
            "persistentvolumeclaims": .string(String(volumes.count)),
            "requests.storage": .string(String(volumes.reduce(0) { $0 + $1.size })),
            "services.nodeports": .string(String(nodes.reduce(0) { $0 + $1.publishedPorts.count })),
            "services.loadbalancers": "0",
        ]
        // A quota on limits refuses pods that have none.
        let memory = nodes.map(\.resources.memoryBytes) + work.plan.tasks.map(\.resources.memoryBytes)
        let limits = memory.compactMap { $0 }
        if limits.count == memory.count { hard["limits.memory"] = .string(String(2 * limits.reduce(0, +))) }
        return manifest(.quotas, ObjectNames.chain, ["spec": ["hard": .object(hard)]])
    }

    /// What a container without limits is taken to need, so that the scheduler counts it.
    var limits: Manifest {
        manifest(
            .limits, ObjectNames.chain,
            ["spec": ["limits": [["type": "Container", "defaultRequest": ["cpu": "10m", "memory": "16Mi"]]]]])
    }

    /// Nothing in and nothing out, but among the chain's own pods.
    var isolation: Manifest {
        manifest(
            .networkPolicies, ObjectNames.chain,
            [
                "spec": [
                    "podSelector": [:], "policyTypes": ["Ingress", "Egress"],
                    "ingress": [["from": [["podSelector": [:]]]]], "egress": [["to": [["podSelector": [:]]]]],
                ]
            ])
    }

    /// Everybody may reach the published ports of a node; `nil` where it has none.
    func opening(of node: PlannedNode) -> Manifest? {
        let ports = Set(node.publishedPorts.map(\.container)).sorted()
        guard !ports.isEmpty else { return nil }
        return manifest(
            .networkPolicies, ObjectNames.published(node.name),
            [
                "spec": [
                    "podSelector": ["matchLabels": [ObjectLabels.Name.node: .string(node.name)]], "policyTypes": ["Ingress"],
                    "ingress": [["ports": .array(ports.map { ["protocol": "TCP", "port": .integer($0)] })]],
                ]
            ])
    }

    func vault(_ sealed: SealedVault, labels: [String: String]) -> Manifest {
        manifest(
            .secrets, ObjectNames.vault, annotations: labels.filter { !ClusterLabels.selectable.contains($0.key) },
            ["type": "Opaque", "data": [ObjectNames.vault: .base64(Array(sealed.text.utf8))]])
    }
}

extension PlannedVolume {
    /// In bytes.
    var size: Int { sizeBytes ?? 1 << 30 }
}

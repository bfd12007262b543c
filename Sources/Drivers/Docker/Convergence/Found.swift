import DockerEngine
import Drivers
import Model

/// What one look at the daemon found of one chain.
struct Found: Sendable {
    var containers: [ContainerSummary]
    var networks: [NetworkDetails]
    var volumes: [VolumeDetails]

    /// Containers that can only go: somebody is removing them, or the daemon could not.
    var doomed: [ObjectReference] {
        containers.filter(\.isDoomed).map { ObjectReference(kind: .container, id: $0.id) }
    }

    var withoutDoomed: Found {
        var rest = self
        rest.containers.removeAll(where: \.isDoomed)
        return rest
    }

    /// What was made for one host of the ledger: two of them may be the same daemon, and neither may clear away the other's.
    func made(for host: HostID) -> Found {
        Found(
            containers: containers.filter { ObjectLabels($0.labels)?.host == host },
            networks: networks.filter { ObjectLabels($0.labels ?? [:])?.host == host },
            volumes: volumes.filter { ObjectLabels($0.labels ?? [:])?.host == host })
    }

    func vault(for work: ChainWork, of installation: InstallationID) -> SealedVault? {
        volumes.lazy.compactMap {
            $0.vault(of: work.id, incarnation: work.desired.incarnation, installation: installation)
        }.first
    }

    /// The opened vault of one incarnation; `nil` where it is not there.
    func vault(of chain: ChainID, incarnation: Int, _ context: WorkContext) throws(WorkError) -> Vault? {
        let sealed = volumes.lazy.compactMap {
            $0.vault(of: chain, incarnation: incarnation, installation: context.installation)
        }.first
        return try sealed.map { (sealed) throws(WorkError) in
            try context.vaults.open(sealed, chain: chain, incarnation: incarnation)
        }
    }

    /// What a node wrote, its chain's secrets blotted out; empty where the vault can't be read, for then nobody can tell what is
    /// secret.
    func cleaned(_ text: String, of chain: ChainID, incarnation: Int, _ context: WorkContext) -> String {
        guard let vault = try? vault(of: chain, incarnation: incarnation, context) else { return "" }
        return Blotter(hiding: vault).blot(text)
    }

    /// A container that was not made from `vault` counts as made from something else, so that it is replaced.
    func nodes(madeFrom vault: SealedVault?) -> [FoundNode] {
        containers.compactMap { container in
            guard var labels = ObjectLabels(container.labels), labels.task == nil else { return nil }
            if vault == nil || container.labels[DockerLabels.fingerprint] != vault?.fingerprint {
                labels.node?.configuration = ""
            }
            return FoundNode(object: container.id, state: container.nodeState, labels: labels)
        }
    }

    /// As nodes: what was not made from `vault` counts as made from something else.
    func tasks(madeFrom vault: SealedVault?) -> [FoundTask] {
        containers.compactMap { container in
            guard var labels = ObjectLabels(container.labels), labels.task != nil else { return nil }
            if vault == nil || container.labels[DockerLabels.fingerprint] != vault?.fingerprint {
                labels.task?.configuration = ""
            }
            return FoundTask(object: container.id, state: container.taskState, labels: labels)
        }
    }

    var objects: [FoundObject] {
        let networks = networks.map { (ObjectReference(kind: .network, id: $0.id), $0.labels) }
        let volumes = volumes.map { (ObjectReference(kind: .volume, id: $0.name), $0.labels) }
        return (networks + volumes).compactMap { reference, labels in
            ObjectLabels(labels ?? [:]).map { FoundObject(reference: reference, labels: $0) }
        }
    }
}

extension ContainerSummary {
    var isDoomed: Bool { state == "removing" || state == "dead" }

    var taskState: FoundTask.State {
        switch nodeState {
        case .running, .restarting: .running
        case .exited: exitCode == "0" ? .done : .failed
        case .created, .missing: .created
        }
    }

    var nodeState: NodeState {
        switch state {
        case "created": .created
        case "running", "paused": .running
        case "restarting": .restarting
        default: .exited
        }
    }
}

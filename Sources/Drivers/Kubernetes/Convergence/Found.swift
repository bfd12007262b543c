import Drivers
import FoundationEssentials
import Model

/// What one look at the cluster found, of one chain or of all.
struct Found: Sendable {
    var namespaces: [NamespaceObject] = []
    var statefulSets: [StatefulSetObject] = []
    var pods: [PodObject] = []
    var services: [ServiceObject] = []
    var jobs: [JobObject] = []
    /// Of the desired incarnation, where one is known.
    var vault: SecretObject?
    /// The names of the ConfigMaps there, where they were asked for.
    var configMaps: Set<String> = []

    /// What was made for one host of the ledger: two of them may be the same cluster, and neither may clear away the other's.
    func made(for host: HostID) -> Found {
        func isHosts(_ object: some ClusterObject) -> Bool { object.label(ObjectLabels.Name.host) == host.description }
        var rest = self
        rest.namespaces.removeAll { !isHosts($0) }
        rest.statefulSets.removeAll { !isHosts($0) }
        rest.pods.removeAll { !isHosts($0) }
        rest.services.removeAll { !isHosts($0) }
        rest.jobs.removeAll { !isHosts($0) }
        return rest
    }

    /// Namespaces on their way out, and what is in them: all that can be done about them is to wait.
    var doomed: [NamespaceObject] { namespaces.filter(\.isGoing) }

    func without(_ gone: [NamespaceObject]) -> Found {
        let names = Set(gone.map(\.metadata.name))
        var rest = self
        rest.namespaces.removeAll { names.contains($0.metadata.name) }
        rest.statefulSets.removeAll { names.contains($0.metadata.namespace ?? "") }
        rest.pods.removeAll { names.contains($0.metadata.namespace ?? "") }
        rest.services.removeAll { names.contains($0.metadata.namespace ?? "") }
        rest.jobs.removeAll { names.contains($0.metadata.namespace ?? "") }
        if let vault, names.contains(vault.metadata.namespace ?? "") { rest.vault = nil }
        return rest
    }

    /// The pod of a StatefulSet; the newer where the old one is still on its way out.
    func pod(of set: StatefulSetObject) -> PodObject? {
        let own = pods.filter { $0.isOwned(by: set.metadata.uid) }
        return own.first { !$0.isGoing } ?? own.first
    }

    func sealedVault(of work: ChainWork, _ installation: InstallationID) -> SealedVault? {
        vault?.sealed(of: work.id, incarnation: work.desired.incarnation, installation)
    }

    var objects: [FoundObject] {
        namespaces.compactMap { namespace in
            namespace.ours.map { FoundObject(reference: ObjectAddress(namespace).reference, labels: $0) }
        }
    }

    /// A StatefulSet that was not made from `vault` counts as made from something else, so that it is replaced.
    func nodes(madeFrom vault: SealedVault?) -> [FoundNode] {
        statefulSets.compactMap { set in
            guard !set.isGoing, var labels = set.ours else { return nil }
            if !set.isMade(from: vault) { labels.node?.configuration = "" }
            // One that is being stopped runs as long as its pod is there.
            let runs = set.isWantedRunning || pod(of: set) != nil
            return FoundNode(object: ObjectAddress(set).id, state: runs ? .running : .exited, labels: labels)
        }
    }

    /// A task that gives files is done once they are there for others.
    func tasks(of plan: Plan, madeFrom vault: SealedVault?) -> [FoundTask] {
        let givers = Set(plan.tasks.filter { !$0.gives.isEmpty }.map(\.name))
        return jobs.compactMap { job in
            guard !job.isGoing, var labels = job.ours, let name = labels.task?.name else { return nil }
            if !job.isMade(from: vault) { labels.task?.configuration = "" }
            let hasGiven = !givers.contains(name) || configMaps.contains(ObjectNames.given(name))
            let state: FoundTask.State = job.failure != nil ? .failed : job.has("Complete") && hasGiven ? .done : .running
            return FoundTask(object: ObjectAddress(job).id, state: state, labels: labels)
        }
    }
}

extension ClusterObject {
    func isMade(from vault: SealedVault?) -> Bool {
        vault != nil && annotation(ClusterLabels.fingerprint) == vault?.fingerprint
    }
}

extension SecretObject {
    /// The vault in it, if it is that of this incarnation.
    func sealed(of chain: ChainID, incarnation: Int, _ installation: InstallationID) -> SealedVault? {
        guard let ours, ours.installation == installation, ours.chain == chain, ours.incarnation == incarnation,
            let text = data?[ObjectNames.vault], let bytes = Data(base64Encoded: text)
        else { return nil }
        return SealedVault(String(decoding: bytes, as: UTF8.self))
    }
}

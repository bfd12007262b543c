import Drivers
import Model

/// Removes objects by what they are and who they are, and waits until they are gone.
struct Removal: Sendable {
    let cluster: Cluster
    let patience: KubernetesDriver.Patience

    /// What is in a namespace that goes, too, goes with it.
    func remove(_ objects: [ObjectAddress]) async throws(WorkError) {
        let namespaces = objects.filter { $0.namespace == nil }
        let names = Set(namespaces.map(\.name))
        let others = objects.filter { object in object.namespace.map { !names.contains($0) } ?? false }
        _ = try await inParallel(others) { (object) throws(WorkError) in try await removeWorkload(object, grace: nil) }
        _ = try await inParallel(namespaces) { (namespace) throws(WorkError) in try await removeNamespace(namespace) }
    }

    /// A StatefulSet or a Job, and its pods.
    /// - Parameter grace: seconds for its pods to end by themselves; `nil`: as they say.
    func removeWorkload(_ object: ObjectAddress, grace: Int?) async throws(WorkError) {
        guard let namespace = object.namespace else { return }
        try await cluster.delete(object.resource, object.name, in: namespace, uid: object.uid)
        try await endPods(in: namespace, grace: grace) { $0.isOwned(by: object.uid) }
    }

    /// A namespace and everything in it. What runs there is told to end at once: the cluster itself begins after some seconds, and
    /// looks again late where it then still finds pods or claims.
    func removeNamespace(_ object: ObjectAddress) async throws(WorkError) {
        try await cluster.delete(.namespaces, object.name, uid: object.uid)
        guard try await isThere(object) else { return }
        _ = try await inParallel([Resource.statefulSets, .jobs, .claims]) { (resource) throws(WorkError) in
            try await cluster.deleteAll(resource, in: object.name)
        }
        try await endPods(in: object.name, grace: 1) { _ in true }
        try await awaitEnd(of: object)
    }

    /// Tells pods to end, and waits until they are gone.
    func endPods(
        in namespace: String, grace: Int?, _ isMeant: (PodObject) -> Bool
    ) async throws(WorkError) {
        var told: Set<String> = []
        var left: [PodObject] = []
        let end = ContinuousClock.now + patience.stopping
        let scope = Scope(cluster.installation, in: namespace)
        let areGone = try await cluster.follow(PodObject.self, scope, until: end) { (pods) throws(WorkError) in
            left = pods.filter(isMeant)
            // The cluster's own tidying takes a moment longer to begin. A pod of which nothing has run yet can go without a word:
            // its machine may wait for volumes for minutes before it listens.
            for pod in left where (!pod.isGoing || !pod.hasRun) && told.insert(pod.metadata.uid).inserted {
                try await cluster.delete(
                    .pods, pod.metadata.name, in: namespace, uid: pod.metadata.uid, grace: pod.hasRun ? grace : 0)
            }
            return left.isEmpty
        }
        guard areGone else {
            let names = left.map(\.metadata.name).sorted().joined(separator: ", ")
            throw WorkError(
                .transient, .hostSlow,
                "the pods \(names) are not gone after \(patience.stopping.components.seconds) s; is their machine alive?")
        }
    }

    /// - Throws: `hostSlow`, saying what blocks it, when it is still there after a while; calling again goes on waiting.
    func awaitEnd(of object: ObjectAddress) async throws(WorkError) {
        var last: NamespaceObject?
        let end = ContinuousClock.now + patience.removal
        let isGone = try await cluster.follow(NamespaceObject.self, Scope(cluster.installation), until: end) {
            (namespaces) throws(WorkError) in
            last = namespaces.first { $0.metadata.uid == object.uid }
            return last == nil
        }
        guard !isGone else { return }
        let seconds = patience.removal.components.seconds
        let blocks = last?.blocks ?? ""
        throw WorkError(
            .transient, .hostSlow,
            "the namespace \(object.name) is not gone after \(seconds) s\(blocks.isEmpty ? "" : ": \(blocks)")")
    }

    private func isThere(_ object: ObjectAddress) async throws(WorkError) -> Bool {
        try await cluster.get(NamespaceObject.self, object.name)?.metadata.uid == object.uid
    }
}

extension NamespaceObject {
    /// What the cluster says is still in it or holds it.
    var blocks: String {
        (status?.conditions ?? []).filter(\.isTrue).compactMap(\.message).joined(separator: "; ")
    }
}

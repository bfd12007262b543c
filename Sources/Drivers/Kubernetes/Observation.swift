import Drivers
import FoundationEssentials
import Model

/// What was found on a cluster, in Continuo's words. Holds nothing that changes by itself, such as the time since a start.
struct Observation {
    private let found: Found

    init(_ found: Found) {
        self.found = found
    }

    func host() -> HostObservation {
        let labels = found.namespaces.compactMap(\.ours) + found.statefulSets.compactMap(\.ours)
        let chains = Set(labels.map(\.chain))
        return HostObservation(chains: chains.map { chain($0) }.sorted { $0.id.description < $1.id.description })
    }

    /// - Parameter healthy: nodes whose probes have passed, whatever the cluster's next probe says.
    func chain(_ id: ChainID, healthy: Set<String> = []) -> ObservedChain {
        let sets = found.statefulSets.filter { !$0.isGoing && $0.ours?.chain == id }
        let newest = Dictionary(grouping: sets) { $0.ours?.node?.name ?? "" }
            .mapValues { $0.sorted { $0.age < $1.age } }
        let nodes = newest.compactMap { name, all in all.last.map { node(name, $0, passed: healthy.contains(name)) } }
        let jobs = found.jobs.filter { $0.ours?.chain == id }
        let namespaces = found.namespaces.filter { $0.ours?.chain == id }
        let others =
            namespaces.map { ObjectAddress($0).reference } + jobs.map { ObjectAddress($0).reference }
            + newest.values.flatMap { $0.dropLast() }.map { ObjectAddress($0).reference }
        return ObservedChain(
            id: id, nodes: nodes.sorted { $0.name < $1.name },
            sequence: (sets.compactMap(\.ours) + jobs.compactMap(\.ours) + namespaces.compactMap(\.ours)).map(\.sequence).max()
                ?? 0,
            objects: others.sorted { ($0.kind.rawValue, $0.id) < ($1.kind.rawValue, $1.id) },
            certificatesExpireAt: sets.compactMap { ObjectLabels.expiry($0.metadata.annotations ?? [:]) }.min())
    }

    private func node(_ name: String, _ set: StatefulSetObject, passed: Bool) -> ObservedNode {
        let pod = found.pod(of: set)
        let sight = NodeSight(set, pod, passed: passed)
        return ObservedNode(
            name: name, state: sight.state, health: sight.health, restarts: set.ours?.node?.restarts ?? 0,
            incarnation: set.ours?.incarnation ?? 0, generation: set.ours?.generation ?? 0,
            ports: set.isWantedRunning ? ports(of: name, in: set.metadata.namespace) : [], object: ObjectAddress(set).id,
            detail: sight.detail.map { String($0.prefix(500)) }, machine: pod?.spec?.nodeName)
    }

    private func ports(of node: String, in namespace: String?) -> [PortAssignment] {
        let service = found.services.first {
            $0.metadata.namespace == namespace && $0.metadata.name == ObjectNames.published(node)
        }
        return (service?.spec.ports ?? []).compactMap { port in
            guard let name = port.name, let outside = port.nodePort else { return nil }
            return PortAssignment(node: node, name: name, port: outside)
        }.sorted { $0.name < $1.name }
    }
}

extension StatefulSetObject {
    fileprivate var age: (Int, Int, Int, Int) {
        (ours?.incarnation ?? 0, ours?.generation ?? 0, ours?.node?.restarts ?? 0, ours?.sequence ?? 0)
    }
}

/// What one node is seen doing, out of its StatefulSet and its pod.
struct NodeSight {
    let state: NodeState
    let health: NodeHealth
    let detail: String?

    init(_ set: StatefulSetObject, _ pod: PodObject?, passed: Bool, now: Date = Date()) {
        guard set.isWantedRunning else {
            (state, health, detail) = pod == nil ? (.exited, .unknown, "is stopped") : (.running, .unknown, "is being stopped")
            return
        }
        guard let pod else {
            let why = set.isObserved ? "has no pod now" : "has no pod yet: the cluster has not seen what was asked of it"
            (state, health, detail) = (.created, .unknown, why)
            return
        }
        (state, health, detail) =
            passed && pod.container?.state?.running != nil
            ? (.running, .healthy, nil) : Self.sight(of: pod, set, now)
    }

    private static func sight(
        of pod: PodObject, _ set: StatefulSetObject, _ now: Date
    ) -> (NodeState, NodeHealth, String?) {
        if let why = pod.unschedulable { return (.created, .unhealthy, "finds no machine: \(why)") }
        if pod.status?.phase == "Failed" {
            return (.exited, .unhealthy, "was ended by the cluster: \(pod.status?.reason ?? "") \(pod.status?.message ?? "")")
        }
        guard let container = pod.container else { return (.created, .unknown, "waits for its machine") }
        if let running = container.state?.running {
            let (health, why) = health(of: pod, running, set, now)
            return (.running, health, why)
        }
        if container.state?.terminated != nil {
            return (.restarting, .unhealthy, "ended\(pod.lastEndInWords)")
        }
        let reason = pod.waiting?.reason ?? "waiting"
        if reason == "CrashLoopBackOff" {
            return (.restarting, .unhealthy, "ends again and again (CrashLoopBackOff)\(pod.lastEndInWords)")
        }
        let isStarting = ["ContainerCreating", "PodInitializing", "waiting"].contains(reason)
        let why = pod.waiting?.message.map { "\(reason): \($0)" } ?? reason
        return (container.restartCount > 0 ? .restarting : .created, isStarting ? .unknown : .unhealthy, why)
    }

    private static func health(
        of pod: PodObject, _ running: PodObject.State.Running, _ set: StatefulSetObject, _ now: Date
    ) -> (NodeHealth, String?) {
        guard let grace = set.annotation(ClusterLabels.grace).flatMap({ Int($0) }) else { return (.unknown, nil) }
        if pod.container?.ready == true { return (.healthy, nil) }
        guard let start = date(running.startedAt) else { return (.starting, nil) }
        let lost = date(pod.condition("Ready")?.lastTransitionTime)
        let wasReady = lost.map { $0.timeIntervalSince(start) > 1 } ?? false
        let isLate = now.timeIntervalSince(start) > Double(grace) + 5
        return wasReady || isLate ? (.unhealthy, "its probe fails") : (.starting, nil)
    }

    private static func date(_ text: String?) -> Date? {
        text.flatMap { try? Date($0, strategy: .iso8601) }
    }
}

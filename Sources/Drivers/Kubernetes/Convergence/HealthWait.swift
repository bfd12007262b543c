import Drivers
import Model

/// Waits until every node that should run does, and its probe has passed once. Follows the pods: the cluster tells every change.
///
/// Where some nodes are meant to be stopped, the probes of the others may rightly miss them; then it is enough that they run.
struct HealthWait {
    let cluster: Cluster
    let work: ChainWork
    let sets: [StatefulSetObject]
    let words: PodWords
    let patience: KubernetesDriver.Patience
    let meter: ProgressMeter

    private let began = ContinuousClock.now
    private var up: Set<String> = []
    /// Restarts that were counted before we waited.
    private var restarts: [String: Int] = [:]
    private var last: [String: PodObject] = [:]
    /// Since when pods were seen to run.
    private var runs: [String: ContinuousClock.Instant] = [:]

    /// A pod that the cluster has restarted that often while we wait is not going to make it.
    private static let mostRestarts = 3

    init(
        _ cluster: Cluster, _ work: ChainWork, _ sets: [StatefulSetObject], _ words: PodWords,
        _ patience: KubernetesDriver.Patience,
        _ meter: ProgressMeter
    ) {
        self.cluster = cluster
        self.work = work
        self.sets = sets
        self.words = words
        self.patience = patience
        self.meter = meter
    }

    static func wanted(_ work: ChainWork) -> [PlannedNode] {
        work.plan.nodes.filter { work.desired.power(of: $0.name) == .running }
    }

    /// - Returns: the names of the nodes whose probes have passed.
    mutating func run() async throws(WorkError) -> Set<String> {
        let wanted = Self.wanted(work)
        guard !wanted.isEmpty else { return [] }
        let scope = Scope(cluster.installation, chain: work.id, in: ObjectNames(work).namespace)
        let isDone = try await cluster.follow(PodObject.self, scope, until: began + patience.starting + patience.health) {
            (pods) throws(WorkError) in try await look(at: pods, wanted)
        }
        guard isDone else { throw await failure(wanted.first { !up.contains($0.name) }) }
        return probesCount ? Set(wanted.filter { $0.probe != nil }.map(\.name)) : []
    }

    private var probesCount: Bool { Self.wanted(work).count == work.plan.nodes.count }

    private mutating func look(at pods: [PodObject], _ wanted: [PlannedNode]) async throws(WorkError) -> Bool {
        for node in wanted {
            guard let set = sets.first(where: { $0.ours?.node?.name == node.name }) else { continue }
            let pod = pods.first { $0.isOwned(by: set.metadata.uid) && !$0.isGoing }
            last[node.name] = pod
            guard let pod else { continue }
            try await refuse(node, pod)
            guard isUp(node, pod), up.insert(node.name).inserted else { continue }
            meter.advance("\(node.name) is up")
        }
        return up.count == wanted.count
    }

    private func isUp(_ node: PlannedNode, _ pod: PodObject) -> Bool {
        guard let container = pod.container, container.state?.running != nil else { return false }
        guard node.probe != nil, probesCount else { return true }
        return container.ready || container.started == true
    }

    /// - Throws: what keeps the pod from ever being up.
    private mutating func refuse(_ node: PlannedNode, _ pod: PodObject) async throws(WorkError) {
        if let trouble = pod.imageTrouble { throw trouble.error(of: node.name, node: node.name) }
        if let reason = pod.waiting?.reason,
            ["CreateContainerConfigError", "CreateContainerError", "RunContainerError"].contains(reason)
        {
            throw await failure(of: node, pod, .nodeFailed, "can't be started: \(reason): \(pod.waiting?.message ?? "")")
        }
        if let why = pod.unschedulable, ContinuousClock.now - began > patience.scheduling {
            throw WorkError(.transient, .noRoom, "\(node.name) finds no machine: \(why)", node: node.name)
        }
        if pod.status?.phase == "Failed" {
            let why = [pod.status?.reason, pod.status?.message].compactMap { $0 }.joined(separator: ": ")
            throw await failure(
                of: node, pod, pod.status?.reason == "Evicted" ? .noRoom : .nodeFailed, "was ended by the cluster: \(why)")
        }
        guard let container = pod.container else { return }
        try await refuseLate(node, pod)
        let before = restarts[pod.metadata.uid] ?? container.restartCount
        restarts[pod.metadata.uid] = before
        let isLooping = pod.waiting?.reason == "CrashLoopBackOff" && container.restartCount - before >= 1
        if isLooping || container.restartCount - before >= Self.mostRestarts {
            throw await failure(of: node, pod, .nodeFailed, "ends again and again\(pod.lastEndInWords)")
        }
    }

    /// - Throws: that it has run for long and its probe never passed.
    private mutating func refuseLate(_ node: PlannedNode, _ pod: PodObject) async throws(WorkError) {
        guard pod.container?.state?.running != nil, !up.contains(node.name), !isUp(node, pod) else { return }
        let since = runs[pod.metadata.uid] ?? .now
        runs[pod.metadata.uid] = since
        guard ContinuousClock.now - since > patience.health else { return }
        throw await notHealthy(node, pod, patience.health)
    }

    private func notHealthy(_ node: PlannedNode, _ pod: PodObject, _ patience: Duration) async -> WorkError {
        let warning = await cluster.lastWarning(about: pod.metadata.name, in: ObjectNames(work).namespace)
        let said = warning.map { "; the cluster says: \($0)" } ?? ""
        return await failure(
            of: node, pod, .notHealthy, "did not become healthy within \(patience.components.seconds) s\(said)")
    }

    /// Nothing more happens.
    private func failure(_ node: PlannedNode?) async -> WorkError {
        let seconds = (patience.starting + patience.health).components.seconds
        guard let node else { return WorkError(.transient, .notHealthy, "did not become healthy within \(seconds) s") }
        let namespace = ObjectNames(work).namespace
        guard let pod = last[node.name] else {
            let warning = await cluster.lastWarning(about: node.name, in: namespace)
            return WorkError(
                .transient, .nodeFailed, "\(node.name) got no pod within \(seconds) s\(warning.map { "; \($0)" } ?? "")",
                node: node.name)
        }
        if let why = pod.unschedulable {
            return WorkError(.transient, .noRoom, "\(node.name) finds no machine: \(why)", node: node.name)
        }
        return await notHealthy(node, pod, patience.starting + patience.health)
    }

    /// The last log lines tell most; secrets that a node may have written there are blotted out.
    private func failure(
        of node: PlannedNode, _ pod: PodObject, _ code: WorkError.Code, _ what: String
    ) async -> WorkError {
        guard words.blotter != nil else {
            let what = "\(node.name) failed; the chain's vault can't be read, so what the node wrote is not shown"
            return WorkError(.transient, code, what, node: node.name)
        }
        let log = words.clean(await cluster.lastLines(of: pod))
        return WorkError(.transient, code, words.clean("\(node.name) \(what)"), node: node.name, log: log)
    }
}

import DockerEngine
import Drivers
import Model

/// Waits until every node that should run does, and its probe passes. The driver runs the probe itself, several times a second:
/// the daemon's own health check comes around only once an interval.
///
/// Where some nodes are meant to be stopped, the probes of the others may rightly miss them; then it is enough that they run.
struct HealthWait: Sendable {
    let daemon: Daemon
    let work: ChainWork
    let found: Found
    /// Opened only when a log must be cleared of secrets.
    let secrets: @Sendable () throws(WorkError) -> Vault?
    let patience: Duration
    let progress: @Sendable (Progress) -> Void

    /// A container that has been restarted that often by the daemon while we wait is not going to make it.
    private static let mostRestarts = 5

    /// - Returns: the names of the nodes whose probes have passed.
    func run() async throws(WorkError) -> Set<String> {
        let meter = ProgressMeter(total: wanted.count, progress)
        let healthy = try await inParallel(wanted) { (node) throws(WorkError) in
            try await wait(for: node)
            meter.advance("\(node.name) is up")
            return node.probe != nil && probesCount ? node.name : nil
        }
        return Set(healthy.compactMap { $0 })
    }

    private var wanted: [PlannedNode] { work.plan.nodes.filter { work.desired.power(of: $0.name) == .running } }
    private var probesCount: Bool { wanted.count == work.plan.nodes.count }

    private func wait(for node: PlannedNode) async throws(WorkError) {
        guard let id = found.containers.first(where: { ObjectLabels($0.labels)?.node?.name == node.name })?.id else { return }
        let end = ContinuousClock.now + patience
        var look = Look(delay: .milliseconds(60))
        while try await !passes(node, id, &look) {
            guard ContinuousClock.now < end else { throw await failure(of: node, id, .notHealthy, look.excuse(patience)) }
            try await pause(look.delay)
            look.delay = min(look.delay * 3 / 2, .milliseconds(400))
        }
    }

    private struct Look {
        var delay: Duration
        var restartsBefore: Int?
        var output = ""

        func excuse(_ patience: Duration) -> String {
            let said = output.isEmpty ? "" : "; its probe said: \(output.suffix(300))"
            return "did not become healthy within \(patience.components.seconds) s\(said)"
        }
    }

    private func passes(_ node: PlannedNode, _ id: String, _ look: inout Look) async throws(WorkError) -> Bool {
        guard let container = try await daemon.container(id) else {
            throw WorkError(.transient, .nodeFailed, "\(node.name) was removed by somebody else", node: node.name)
        }
        let before = look.restartsBefore ?? container.restartCount
        look.restartsBefore = before
        if container.hasEnded || container.restartCount - before >= Self.mostRestarts {
            throw await failure(of: node, id, .nodeFailed, "ended with \(container.state.end)")
        }
        guard container.state.status == "running" else { return false }
        guard let probe = node.probe, probesCount else { return true }
        guard let result = try await daemon.run(probe.insideCommand, in: id, seconds: probe.timeout) else { return false }
        look.output = result.output
        return result.exitCode == 0
    }

    /// The last log lines tell most; secrets that a node may have written there are blotted out.
    private func failure(
        of node: PlannedNode, _ id: String, _ code: WorkError.Code, _ what: String
    ) async -> WorkError {
        // Without the vault nobody can tell what is secret: then nothing that the node wrote is repeated.
        guard let vault = try? secrets() else {
            let what = "\(node.name) failed; the chain's vault can't be read, so what the node wrote is not shown"
            return WorkError(.transient, code, what, node: node.name)
        }
        let log = await daemon.lastLines(of: id)
        // Before the error shortens them: half a secret would not be recognized.
        let blotter = Blotter(hiding: vault)
        return WorkError(.transient, code, blotter.blot("\(node.name) \(what)"), node: node.name, log: blotter.blot(log))
    }
}

extension ContainerDetails {
    fileprivate var hasEnded: Bool { ["exited", "dead", "removing"].contains(state.status) }
}

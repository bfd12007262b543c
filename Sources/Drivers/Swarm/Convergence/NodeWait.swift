import Curl
import DockerEngine
import Drivers
import Model
import Synchronization

/// Waits until every node that should run does and its probe has passed, and until the others have ended.
///
/// Where some nodes are meant to be stopped, the probes of the others may rightly miss them; then it is enough that they run.
struct NodeWait: Sendable {
    let daemon: Daemon
    let work: ChainWork
    let found: Found
    /// `nil` where the vault can't be read: then nothing that a node wrote is repeated.
    let blotter: Blotter?
    let patience: SwarmDriver.Patience
    let progress: @Sendable (Progress) -> Void

    func run() async throws(WorkError) {
        let nodes = work.plan.nodes.compactMap { node in
            found.services.first { ObjectLabels($0.labels)?.node?.name == node.name }.map { WaitedNode(node, $0, work) }
        }
        let proofs = ReadyProofs(daemon: daemon)
        let result: Result<Void, WorkError> = await withTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            do throws(WorkError) {
                try await wait(for: nodes, proofs) { life in group.addTask { await proofs.watch(life) } }
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }

    /// - Parameter watch: called once for each container whose word is waited for.
    private func wait(
        for nodes: [WaitedNode], _ proofs: ReadyProofs, watch: (SwarmTask) -> Void
    ) async throws(WorkError) {
        let meter = ProgressMeter(total: nodes.count, progress)
        let end = ContinuousClock.now + patience.health
        var waiting = nodes
        var watched: Set<String> = []
        var complaints: [String: ContinuousClock.Instant] = [:]
        var delay = Duration.milliseconds(60)
        while true {
            let tasks = try await daemon.tasks(of: work.id)
            var left: [WaitedNode] = []
            for node in waiting {
                switch node.verdict(tasks, found.machines, proofs.passed) {
                case .done: meter.advance("\(node.name) is \(node.shouldRun ? "up" : "stopped")")
                case .unproven(let life):
                    if watched.insert(life.id).inserted { watch(life) }
                    left.append(node)
                case .underWay:
                    complaints[node.name] = nil
                    left.append(node)
                case .complains(let error):
                    let since = complaints[node.name] ?? .now
                    complaints[node.name] = since
                    guard ContinuousClock.now < since + patience.settling else { throw try await told(error, node) }
                    left.append(node)
                case .failed(let error): throw try await told(error, node)
                }
            }
            waiting = left
            guard let first = waiting.first else { return }
            guard ContinuousClock.now < end else {
                throw try await told(
                    WorkError(
                        .transient, .notHealthy,
                        "\(first.name) did not become \(first.shouldRun ? "healthy" : "stopped") within \(patience.health.components.seconds) s",
                        node: first.name), first)
            }
            try await pause(delay)
            delay = min(delay * 3 / 2, .milliseconds(300))
        }
    }

    /// The error with what helps to understand it: the last log lines, the port that is meant.
    private func told(_ error: WorkError, _ node: WaitedNode) async throws(WorkError) -> WorkError {
        var error = error
        if error.code == .portTaken, error.value == nil { error.value = try await takenPort(of: node) }
        guard [.nodeFailed, .notHealthy].contains(error.code) else { return error }
        guard let blotter else {
            return WorkError(
                error.disposition, error.code,
                "\(node.name) failed; the chain's vault can't be read, so what the node wrote is not shown", node: node.name)
        }
        let log = await daemon.lastLines(ofService: node.service.id)
        return WorkError(error.disposition, error.code, blotter.blot(error.message), node: node.name, log: blotter.blot(log))
    }

    /// The swarm says that a port is in use, and not which one.
    private func takenPort(of node: WaitedNode) async throws(WorkError) -> String? {
        let ours = work.ports.filter { $0.node == node.name }.map(\.port)
        let all = try await daemon.call("GET", "/services", limit: 64 << 20).read([Service].self, "listing services")
        let theirs = all.filter { $0.id != node.service.id }.flatMap { $0.spec.endpointSpec?.ports ?? [] }
        let taken = Set(theirs.compactMap(\.publishedPort))
        return (ours.first { taken.contains($0) } ?? ours.first).map(String.init)
    }
}

/// Which containers have said that their probe passes (`ProbeWrapper.ready`).
final class ReadyProofs: Sendable {
    private let daemon: Daemon
    private let said = Mutex<Set<String>>([])

    init(daemon: Daemon) {
        self.daemon = daemon
    }

    var passed: Set<String> { said.withLock { $0 } }

    /// Reads the container's log until it says so, or until the task is cancelled.
    func watch(_ life: SwarmTask) async {
        while !Task.isCancelled {
            if (try? await says(life.id)) == true {
                said.withLock { _ = $0.insert(life.id) }
                return
            }
            guard (try? await pause(.milliseconds(300))) != nil else { return }
        }
    }

    private func says(_ life: String) async throws -> Bool {
        let path = Request.path("tasks", life, "logs", query: [("stdout", "1"), ("stderr", "1"), ("follow", "1")])
        let answer = try await daemon.stream(path)
        guard answer.status == 200 else { return false }
        var frames = LogFrames()
        for try await bytes in answer.body {
            for frame in frames.take(bytes) where frame.payload.starts(with: ProbeWrapper.ready.utf8) { return true }
        }
        return false
    }
}

import DockerEngine
import Drivers
import FoundationEssentials
import Model

/// A node that something is expected of. Pure.
struct WaitedNode: Sendable {
    let name: String
    let service: Service
    let shouldRun: Bool
    /// Whose passing is waited for.
    private let probe: PlannedProbe?

    /// How many of its containers may end before it is given up.
    private static let mostFailures = 3

    init(_ node: PlannedNode, _ service: Service, _ work: ChainWork) {
        name = node.name
        self.service = service
        shouldRun = work.desired.power(of: node.name) == .running
        let allRun = work.plan.nodes.allSatisfy { work.desired.power(of: $0.name) == .running }
        probe = allRun ? node.probe : nil
    }

    enum Verdict {
        /// It is as it should be.
        case done
        /// It runs; whether its probe passes must come from itself.
        case unproven(SwarmTask)
        case underWay
        /// The swarm says that it can't; it may yet.
        case complains(WorkError)
        case failed(WorkError)
    }

    /// - Parameters:
    ///   - tasks: those of the chain as they are now.
    ///   - proven: the containers whose probe has passed.
    func verdict(_ tasks: [SwarmTask], _ machines: Machines, _ proven: Set<String>, now: Date = Date()) -> Verdict {
        let lives = tasks.filter { $0.serviceID == service.id }.sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }
        guard shouldRun else { return lives.allSatisfy(\.isOver) ? .done : .underWay }
        let current = lives.filter { $0.isMade(from: service) }
        if let life = current.last(where: { $0.isWanted && $0.isRunning }) {
            guard let probe else { return .done }
            let age = life.began.map { now.timeIntervalSince($0) } ?? 0
            let isProven = proven.contains(life.id) || age > Double(ProbeWrapper.seconds(untilProven: probe))
            return isProven ? .done : .unproven(life)
        }
        let failures = current.filter(\.failed)
        if let error = failures.compactMap({ $0.trouble.flatMap(fatal) }).last { return .failed(error) }
        guard failures.count < Self.mostFailures else {
            return .failed(
                WorkError(
                    .transient, failures.allSatisfy(\.isUnhealthy) ? .notHealthy : .nodeFailed,
                    "\(name) ends again and again: \(failures.last?.trouble ?? "")", node: name))
        }
        // What stands in the way may be on its way out: an earlier container that holds the port.
        let isLeaving = tasks.contains { life in
            !life.isOver && !life.isWanted && life.nodeID.flatMap { machines[$0] }?.status.state == "ready"
        }
        if !isLeaving, let complaint = current.last(where: { !$0.isOver })?.trouble {
            return .complains(unmet(complaint, machines))
        }
        return .underWay
    }

    /// What no other attempt of the swarm's will change.
    private func fatal(_ trouble: String) -> WorkError? {
        let said = "\(name) can't start: \(trouble)"
        if let port = trouble.takenPort { return WorkError(.transient, .portTaken, said, node: name, value: port) }
        if trouble.contains("No such image") || trouble.contains("pull access denied") || trouble.contains("manifest unknown") {
            return WorkError(.terminal, .imageMissing, "\(said); put the image on every machine of the swarm", node: name)
        }
        if trouble.contains("executable file not found") || trouble.contains("OCI runtime create failed") {
            return WorkError(.terminal, .nodeFailed, said, node: name)
        }
        return nil
    }

    /// Why the swarm finds no machine for it.
    private func unmet(_ complaint: String, _ machines: Machines) -> WorkError {
        if let machine = service.machine, machines[machine]?.status.state != "ready" {
            let machineName = machines[machine]?.name ?? machine
            return WorkError(
                .transient, .hostRefused,
                "\(name) can't start: its machine \(machineName) does not answer; start it, or drain it if its data may be lost",
                node: name)
        }
        let said = "\(name) can't start: \(complaint)"
        if complaint.contains("host-mode port already in use") { return WorkError(.transient, .portTaken, said, node: name) }
        return WorkError(.transient, .noRoom, said, node: name)
    }
}

extension SwarmTask {
    /// Whether it is of what the service says now, and not of what it said before.
    func isMade(from service: Service) -> Bool {
        spec.containerSpec?.labels == service.spec.taskTemplate.containerSpec?.labels
    }

    /// When its state began.
    fileprivate var began: Date? {
        try? Date("\(status.timestamp.prefix(19))Z", strategy: .iso8601)
    }
}

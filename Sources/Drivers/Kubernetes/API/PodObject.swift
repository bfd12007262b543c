import Drivers

struct PodObject: ClusterObject {
    static let resource = Resource.pods
    var metadata: Metadata
    var spec: Spec?
    var status: Status?

    struct Spec: Decodable, Sendable {
        /// The machine it was given.
        var nodeName: String?
    }

    struct Status: Decodable, Sendable {
        var phase: String?
        /// Why the cluster threw it out: `Evicted`, say.
        var reason: String?
        var message: String?
        var conditions: [Condition]?
        var containerStatuses: [ContainerStatus]?
    }

    struct ContainerStatus: Decodable, Sendable {
        var restartCount: Int
        var ready: Bool
        /// Whether the startup probe has passed; without one, whether it runs.
        var started: Bool?
        var state: State?
        var lastState: State?
    }

    struct State: Decodable, Sendable {
        var waiting: Waiting?
        var running: Running?
        var terminated: Terminated?

        struct Waiting: Decodable, Sendable {
            var reason: String?
            var message: String?
        }

        struct Running: Decodable, Sendable {
            var startedAt: String?
        }

        struct Terminated: Decodable, Sendable {
            var exitCode: Int
            var reason: String?

            var end: ContainerEnd { ContainerEnd(exitCode: exitCode, lackedMemory: reason == "OOMKilled") }
        }
    }

    var container: ContainerStatus? { status?.containerStatuses?.first }
    var waiting: State.Waiting? { container?.state?.waiting }
    /// Its end now, or the one before its last start.
    var lastEnd: State.Terminated? { container?.state?.terminated ?? container?.lastState?.terminated }
    /// Behind what happened; empty where no end is known.
    var lastEndInWords: String { lastEnd.map { ", last with \($0.end)" } ?? "" }

    /// Whether anything of it was ever started.
    var hasRun: Bool {
        container.map { $0.state?.running != nil || $0.restartCount > 0 || lastEnd != nil } ?? false
    }

    func condition(_ type: String) -> Condition? {
        status?.conditions?.first { $0.type == type }
    }

    /// Why no machine takes it.
    var unschedulable: String? {
        guard let condition = condition("PodScheduled"), condition.status == "False", condition.reason == "Unschedulable" else {
            return nil
        }
        return condition.message ?? "no machine has room for it"
    }
}

public import Model

/// A task's container (or Job) as it was found on the host.
public struct FoundTask: Sendable, Hashable {
    public enum State: String, Sendable, CaseIterable {
        /// Made, never started.
        case created
        case running
        /// Ended with 0: the record that it was done.
        case done
        /// Ended otherwise.
        case failed
    }

    /// The host's own id.
    public var object: String
    public var state: State
    public var labels: ObjectLabels

    public init(object: String, state: State, labels: ObjectLabels) {
        self.object = object
        self.state = state
        self.labels = labels
    }
}

/// What is to be done about one planned task.
public enum TaskStep: Sendable, Hashable {
    /// It is done; the object with this id is the record.
    case keep(String)
    /// Nothing of it is there.
    case run
    /// The object with this id failed, or was made from something else: it is removed, then the task runs again.
    case again(String)
    /// Somebody made it; it was not started yet.
    case start(String)
    /// It runs: wait for its end.
    case wait(String)
}

/// Which tasks of a chain are due. Pure, as `ConvergePlan`, whose part it is.
///
/// Tasks of the stage `before` are due before a node is made or started, those of `after` once all nodes are healthy, and only
/// where all nodes are meant to run. Each runs once in an incarnation: what is done stays done.
public struct TaskPlan: Sendable, Hashable {
    public struct Step: Sendable, Hashable {
        public var task: PlannedTask
        public var step: TaskStep

        public init(task: PlannedTask, step: TaskStep) {
            self.task = task
            self.step = step
        }

        package var isDone: Bool {
            if case .keep = step { true } else { false }
        }
    }

    /// One for each task that is wanted, in the plan's order.
    public var steps: [Step]
    /// Objects that can go: of another incarnation, of a task that is not planned, unfinished though not wanted any more.
    public var stale: [String]

    /// - Parameter found: all tasks of this chain on the host, of any incarnation.
    public init(for work: ChainWork, found: [FoundTask]) {
        let power = work.desired.power
        let allRun = power == .running && work.plan.nodes.allSatisfy { work.desired.power(of: $0.name) == .running }
        let records = power == .absent ? [:] : Self.records(found, of: work)
        steps = (power == .absent ? [] : work.plan.tasks).compactMap { task in
            let step = Step(task: task, step: Self.step(for: task, records[task.name], work))
            return step.isDone || task.stage == .before || allRun ? step : nil
        }
        let kept = Set(steps.compactMap { records[$0.task.name]?.object })
        stale = found.map(\.object).filter { !kept.contains($0) }.sorted()
    }

    /// What is to be done now in a stage: what is not done and needs nothing that is not done. Independent of each other.
    public func due(_ stage: PlannedTask.Stage) -> [Step] {
        let done = Set(steps.filter(\.isDone).map(\.task.name))
        return steps.filter { $0.task.stage == stage && !$0.isDone && done.isSuperset(of: $0.task.needs) }
    }

    public func isDone(_ stage: PlannedTask.Stage) -> Bool {
        steps.allSatisfy { $0.task.stage != stage || $0.isDone }
    }

    /// The record of a task that is done.
    public func record(of task: String) -> String? {
        guard case .keep(let object) = steps.first(where: { $0.task.name == task })?.step else { return nil }
        return object
    }

    /// Notes that a task is done now, with the object that is the record.
    package mutating func note(_ task: String, isDoneBy object: String) {
        for index in steps.indices where steps[index].task.name == task { steps[index].step = .keep(object) }
    }

    private static func step(for task: PlannedTask, _ record: FoundTask?, _ work: ChainWork) -> TaskStep {
        guard let record else { return .run }
        guard record.labels.task?.configuration == NodeConfiguration.digest(of: task, ports: work.ports) else {
            return .again(record.object)
        }
        return switch record.state {
        case .created: .start(record.object)
        case .running: .wait(record.object)
        case .done: .keep(record.object)
        case .failed: .again(record.object)
        }
    }

    /// Of each task the record of this incarnation; where there are several, the one that has come furthest.
    private static func records(_ found: [FoundTask], of work: ChainWork) -> [String: FoundTask] {
        func rank(_ task: FoundTask) -> (Int, Int, String) {
            let order: [FoundTask.State] = [.failed, .created, .running, .done]
            return (order.firstIndex(of: task.state) ?? 0, task.labels.sequence, task.object)
        }
        let ours = found.filter { $0.labels.incarnation == work.desired.incarnation }
        return Dictionary(grouping: ours) { $0.labels.task?.name ?? "" }.compactMapValues { $0.max { rank($0) < rank($1) } }
    }
}

package import Model

/// Runs the tasks of a stage, each as soon as what it needs is done, independent ones at the same time.
package struct TaskStage: Sendable {
    /// What brings one task to its end: the id of the record; `nil` where somebody else works on it, so that only another look
    /// tells. It is given the plan with all that is done by then.
    package typealias Perform = @Sendable (TaskPlan.Step, TaskPlan) async throws(WorkError) -> String?

    private let stage: PlannedTask.Stage
    private let perform: Perform

    package init(_ stage: PlannedTask.Stage, _ perform: @escaping Perform) {
        self.stage = stage
        self.perform = perform
    }

    private enum End: Sendable {
        case done(String, by: String)
        case unclear
        case failed(WorkError)
    }

    /// - Returns: the plan with what is done now.
    /// - Throws: the first failure, when all others have ended.
    package func run(_ plan: TaskPlan) async throws(WorkError) -> TaskPlan {
        let (plan, failure) = await withTaskGroup(of: End.self) { group in
            var plan = plan
            var failure: WorkError?
            var begun: Set<String> = []
            func beginWhatIsDue() {
                for step in plan.due(stage) where begun.insert(step.task.name).inserted {
                    let now = plan
                    group.addTask { await end(of: step, now) }
                }
            }
            beginWhatIsDue()
            for await end in group {
                switch end {
                case .done(let task, let object):
                    plan.note(task, isDoneBy: object)
                    if failure == nil { beginWhatIsDue() }
                case .unclear: continue
                case .failed(let error):
                    failure = failure ?? error
                    group.cancelAll()
                }
            }
            return (plan, failure)
        }
        if let failure { throw failure }
        return plan
    }

    private func end(of step: TaskPlan.Step, _ plan: TaskPlan) async -> End {
        do {
            guard let object = try await perform(step, plan) else { return .unclear }
            return .done(step.task.name, by: object)
        } catch {
            return .failed(error)
        }
    }
}

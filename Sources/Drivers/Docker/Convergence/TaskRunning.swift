import DockerEngine
import Drivers
import Model

/// Brings tasks of one chain to their ends. A task's container has a name of its own in each incarnation: two agents at once run
/// one container, and both wait for its end.
struct TaskRunning: Sendable {
    let making: ContainerMaking
    let blotter: Blotter
    let progress: @Sendable (Progress) -> Void

    private var daemon: Daemon { making.daemon }

    /// - Returns: the plan with what is done now; another look is needed where it is not all.
    func run(_ plan: TaskPlan, _ stage: PlannedTask.Stage) async throws(WorkError) -> TaskPlan {
        let meter = ProgressMeter(total: plan.steps.count { $0.task.stage == stage && !$0.isDone }, progress)
        return try await TaskStage(stage) { (step, plan) throws(WorkError) in
            let record = try await perform(step, plan)
            meter.advance("the task \(step.task.name) is done")
            return record
        }.run(plan)
    }

    /// The tasks' files among `files`, read out of their logs.
    func given(to files: [PlannedFile], _ plan: TaskPlan) async throws(WorkError) -> GivenFiles {
        let givers = Set(files.compactMap(\.given?.task))
        var given = GivenFiles()
        for step in plan.steps where givers.contains(step.task.name) {
            guard let record = plan.record(of: step.task.name) else { continue }
            try given.take(try await daemon.output(of: record), of: step.task)
        }
        return given
    }

    private func perform(_ step: TaskPlan.Step, _ plan: TaskPlan) async throws(WorkError) -> String? {
        let task = step.task
        switch step.step {
        case .keep(let id): return id
        case .run: return try await make(task, plan)
        case .again(let id):
            try await making.remove(id)
            return try await make(task, plan)
        case .start(let id): return try await start(id, task, plan)
        case .wait(let id): return try await wait(for: id, task)
        }
    }

    private func make(_ task: PlannedTask, _ plan: TaskPlan) async throws(WorkError) -> String? {
        let spec = try ContainerSpec(task, on: making.ground, addresses: making.addresses, making.references)
        let name = making.ground.names.task(task.name)
        guard let id = try await making.create(spec, named: name, node: nil) else {
            // Somebody else's, under way: its end is as good.
            guard let other = try await daemon.container(name) else { return nil }
            return try await wait(for: other.id, task)
        }
        return try await start(id, task, plan)
    }

    private func start(_ id: String, _ task: PlannedTask, _ plan: TaskPlan) async throws(WorkError) -> String? {
        try await making.put(task.files, try await given(to: task.files, plan), into: id, node: nil)
        guard try await making.start(id, "the task \(task.name)", node: nil) else { return nil }
        return try await wait(for: id, task)
    }

    private func wait(for id: String, _ task: PlannedTask) async throws(WorkError) -> String? {
        let end = ContinuousClock.now + .seconds(task.timeout)
        while let container = try await daemon.container(id) {
            switch container.state.status {
            case "exited", "dead": return try await judge(id, container.state.end, task)
            // Another agent has made it and starts it, or removes it.
            case "created", "removing": return nil
            default: break
            }
            guard ContinuousClock.now < end else { throw await overdue(id, task) }
            try await daemon.awaitEnd(of: id, within: end)
        }
        return nil
    }

    /// One that ended well and did not give what it should is not done: its record goes.
    private func judge(_ id: String, _ end: ContainerEnd, _ task: PlannedTask) async throws(WorkError) -> String {
        guard end.exitCode == 0 else { throw await failure(of: task, id, "ended with \(end)") }
        guard !task.gives.isEmpty else { return id }
        do {
            var given = GivenFiles()
            try given.take(try await daemon.output(of: id), of: task)
        } catch  where error.code == .taskFailed {
            throw await error.afterTidying { () throws(WorkError) in try await making.remove(id) }
        }
        return id
    }

    private func overdue(_ id: String, _ task: PlannedTask) async -> WorkError {
        let failure = await failure(of: task, id, "took longer than \(task.timeout) s")
        return await failure.afterTidying { () throws(WorkError) in try await making.remove(id) }
    }

    private func failure(of task: PlannedTask, _ id: String, _ what: String) async -> WorkError {
        .failed(task, what, log: blotter.blot(await daemon.lastLines(of: id)))
    }
}

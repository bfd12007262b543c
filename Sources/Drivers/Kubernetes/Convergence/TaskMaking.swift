import Drivers
import Model

/// Runs the tasks of one chain as Jobs. A finished Job is the record; what a task gives is read out of its pod's log and put into a
/// ConfigMap for others.
struct TaskMaking: Sendable {
    let cluster: Cluster
    let ground: ChainGround
    let parts: PodParts
    let removal: Removal
    let words: PodWords
    let progress: @Sendable (Progress) -> Void

    /// - Returns: the plan with what is done now.
    func run(_ plan: TaskPlan, _ stage: PlannedTask.Stage) async throws(WorkError) -> TaskPlan {
        let due = plan.steps.filter { $0.task.stage == stage && !$0.isDone }
        guard !due.isEmpty else { return plan }
        let meter = ProgressMeter(total: due.count, progress)
        return try await TaskStage(stage) { (step, _) throws(WorkError) in
            let record = try await perform(step)
            meter.advance("the task \(step.task.name) is done")
            return record
        }.run(plan)
    }

    private func perform(_ step: TaskPlan.Step) async throws(WorkError) -> String? {
        switch step.step {
        case .keep(let record): return record
        case .again(let old):
            try await remove(old)
            return try await make(step.task)
        case .run: return try await make(step.task)
        case .start(let id), .wait(let id): return try await finish(step.task, id)
        }
    }

    private func make(_ task: PlannedTask) async throws(WorkError) -> String? {
        let files = try ground.files(
            task.files, of: ObjectNames.task(task.name), labels: ground.labels(of: task), parts.references)
        if let files { try await cluster.apply(files) }
        // Somebody else's is looked at in the next round.
        guard let job = try await cluster.create(try ground.job(of: task, parts), as: JobObject.self) else { return nil }
        return try await finish(task, ObjectAddress(job).id)
    }

    /// - Returns: `nil` where somebody else has removed it.
    private func finish(_ task: PlannedTask, _ id: String) async throws(WorkError) -> String? {
        guard let address = ObjectAddress(ObjectReference(kind: .container, id: id)) else { return nil }
        let patience = removal.patience
        let begun = try await follow(address, for: patience.starting) { $0.hasRun || $0.hasEnded || $0.imageTrouble != nil }
        if let trouble = begun.pod?.imageTrouble { throw trouble.error(of: "the task \(task.name)", node: nil) }
        guard begun.isReached else { throw await stuck(task, begun.pod) }
        let end = try await follow(address, for: .seconds(task.timeout)) { $0.hasEnded }
        guard let job = try await cluster.get(JobObject.self, address.name, in: address.namespace),
            job.metadata.uid == address.uid
        else { return nil }
        guard end.isReached else {
            let failure = await failure(task, end.pod, "took longer than \(task.timeout) s")
            throw await failure.afterTidying { () throws(WorkError) in try await remove(id) }
        }
        if let failure = job.failure, end.pod == nil { throw await self.failure(task, nil, "failed: \(failure.message ?? "")") }
        if let last = end.pod?.lastEnd, last.exitCode != 0 {
            throw await failure(task, end.pod, "ended with \(last.end)")
        }
        guard try await hand(task, end.pod, id) else { return nil }
        try await awaitRecord(address)
        return id
    }

    /// Follows the Job's pod until it is as wanted, or the Job has ended or gone without one.
    private func follow(
        _ job: ObjectAddress, for patience: Duration, _ isWanted: (PodObject) -> Bool
    ) async throws(WorkError) -> (isReached: Bool, pod: PodObject?) {
        var pod: PodObject?
        let scope = Scope(cluster.installation, chain: ground.work.id, in: job.namespace)
        let isReached = try await cluster.follow(PodObject.self, scope, until: .now + patience) { (pods) throws(WorkError) in
            pod = pods.first { $0.isOwned(by: job.uid) } ?? pod
            if let pod { return isWanted(pod) }
            guard let now = try await cluster.get(JobObject.self, job.name, in: job.namespace) else { return true }
            return now.metadata.uid != job.uid || now.failure != nil || now.has("Complete")
        }
        return (isReached, pod)
    }

    /// - Returns: whether what it gives is there for others. A finished task whose pod is gone gives nothing any more: it runs again.
    private func hand(_ task: PlannedTask, _ pod: PodObject?, _ id: String) async throws(WorkError) -> Bool {
        guard !task.gives.isEmpty else { return true }
        guard let pod else {
            try await remove(id)
            return false
        }
        var given = GivenFiles()
        do {
            try given.take(try await cluster.output(of: pod), of: task)
        } catch {
            throw await error.afterTidying { () throws(WorkError) in try await remove(id) }
        }
        try await cluster.apply(try ground.given(by: task, given))
        return true
    }

    /// The pod has ended well; the Job says so a moment later.
    private func awaitRecord(_ job: ObjectAddress) async throws(WorkError) {
        let end = ContinuousClock.now + removal.patience.settling
        while ContinuousClock.now < end {
            if try await cluster.get(JobObject.self, job.name, in: job.namespace)?.has("Complete") ?? true { return }
            try await pause(.milliseconds(50))
        }
    }

    private func stuck(_ task: PlannedTask, _ pod: PodObject?) async -> WorkError {
        if let why = pod?.unschedulable {
            return WorkError(.transient, .noRoom, "the task \(task.name) finds no machine: \(why)")
        }
        let name = pod?.metadata.name ?? ObjectNames.task(task.name)
        let warning = await cluster.lastWarning(about: name, in: ground.names.namespace)
        return .failed(task, "was not started\(warning.map { ": \($0)" } ?? "")")
    }

    private func failure(_ task: PlannedTask, _ pod: PodObject?, _ what: String) async -> WorkError {
        guard let pod else { return .failed(task, what) }
        return .failed(task, what, log: words.clean(await cluster.lastLines(of: pod)))
    }

    private func remove(_ id: String) async throws(WorkError) {
        guard let address = ObjectAddress(ObjectReference(kind: .container, id: id)) else { return }
        try await removal.removeWorkload(address, grace: 1)
    }
}

extension PodObject {
    fileprivate var hasEnded: Bool { ["Succeeded", "Failed"].contains(status?.phase ?? "") }
}

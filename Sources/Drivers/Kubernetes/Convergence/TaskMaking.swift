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

    func perform(_ due: [TaskPlan.Step]) async throws(WorkError) {
        let meter = ProgressMeter(total: due.count, progress)
        _ = try await inParallel(due) { (step) throws(WorkError) in
            try await perform(step)
            meter.advance("the task \(step.task.name) is done")
        }
    }

    private func perform(_ step: TaskPlan.Step) async throws(WorkError) {
        switch step.step {
        case .keep: return
        case .again(let old):
            try await remove(old)
            try await run(step.task)
        case .run: try await run(step.task)
        case .start(let id), .wait(let id): try await finish(step.task, id)
        }
    }

    private func run(_ task: PlannedTask) async throws(WorkError) {
        let files = try ground.files(
            task.files, of: ObjectNames.task(task.name), labels: ground.labels(of: task), parts.references)
        if let files { try await cluster.apply(files) }
        // Somebody else's is looked at in the next round.
        guard let job = try await cluster.create(try ground.job(of: task, parts), as: JobObject.self) else { return }
        try await finish(task, ObjectAddress(job).id)
    }

    private func finish(_ task: PlannedTask, _ id: String) async throws(WorkError) {
        guard let address = ObjectAddress(ObjectReference(kind: .container, id: id)) else { return }
        var job: JobObject?
        var pod: PodObject?
        let end = ContinuousClock.now + .seconds(task.timeout + 30)
        let scope = Scope(cluster.installation, chain: ground.work.id, in: address.namespace)
        let hasEnded = try await cluster.follow(PodObject.self, scope, until: end) { (pods) throws(WorkError) in
            pod = pods.first { $0.isOwned(by: address.uid) } ?? pod
            // The pod ends first, and the cluster's word on the Job follows.
            guard pod == nil || pod?.hasEnded == true || pod?.image != nil else { return false }
            job = try await cluster.get(JobObject.self, address.name, in: address.namespace)
            guard let now = job, now.metadata.uid == address.uid else { return true }
            return now.failure != nil || now.has("Complete") || pod?.hasEnded == true || pod?.image != nil
        }
        // Removed by somebody else: the next round looks.
        guard let job, job.metadata.uid == address.uid else { return }
        if let missing = pod?.image { throw imageMissing(task, missing) }
        guard job.failure == nil, hasEnded, pod?.exitCode ?? 0 == 0 else {
            let failure = try await failure(task, job, pod)
            try await remove(id)
            throw failure
        }
        try await hand(task, pod, id)
    }

    private func hand(_ task: PlannedTask, _ pod: PodObject?, _ id: String) async throws(WorkError) {
        guard !task.gives.isEmpty else { return try await awaitRecord(task) }
        // A finished task whose pod is gone gave nothing any more: it runs again.
        guard let pod else { return try await remove(id) }
        var given = GivenFiles()
        do {
            try given.take(try await cluster.output(of: pod), of: task)
        } catch {
            try await remove(id)
            throw error
        }
        try await cluster.apply(try ground.given(by: task, given))
        try await awaitRecord(task)
    }

    /// The pod has ended well; the Job says so a moment later.
    private func awaitRecord(_ task: PlannedTask) async throws(WorkError) {
        let end = ContinuousClock.now + removal.patience.settling
        while ContinuousClock.now < end {
            let job = try await cluster.get(JobObject.self, ObjectNames.task(task.name), in: ground.names.namespace)
            if job?.has("Complete") ?? true { return }
            try await pause(.milliseconds(50))
        }
    }

    private func failure(_ task: PlannedTask, _ job: JobObject, _ pod: PodObject?) async throws(WorkError) -> WorkError {
        let what: String
        if job.failure?.reason == "DeadlineExceeded" || pod?.hasEnded != true {
            what = "took longer than \(task.timeout) s"
        } else if let end = pod?.lastEnd {
            what = "ended with exit code \(end.exitCode)" + (end.reason == "OOMKilled" ? ", killed for lack of memory" : "")
        } else {
            what = "failed: \(job.failure?.message ?? "its pod is gone")"
        }
        guard let pod else { return .failed(task, what) }
        return .failed(task, words.clean(what), log: words.clean(await cluster.lastLines(of: pod)))
    }

    private func imageMissing(_ task: PlannedTask, _ message: String) -> WorkError {
        WorkError(.terminal, .imageMissing, "the task \(task.name): \(message)")
    }

    private func remove(_ id: String) async throws(WorkError) {
        guard let address = ObjectAddress(ObjectReference(kind: .container, id: id)) else { return }
        try await removal.removeWorkload(address, grace: 1)
    }
}

extension PodObject {
    fileprivate var hasEnded: Bool { ["Succeeded", "Failed"].contains(status?.phase ?? "") }
    fileprivate var exitCode: Int? { container?.state?.terminated?.exitCode }
    /// What is wrong with its image.
    fileprivate var image: String? { imageTrouble?.message }
}

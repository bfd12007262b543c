/// A job together with the executor on whose behalf it runs.
struct QueuedJob: Sendable {
    let job: UnownedJob
    let executor: UnownedSerialExecutor

    func run() {
        job.runSynchronously(on: executor)
    }
}

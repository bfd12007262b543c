/// What the thread runs next: a job of Swift's concurrency on behalf of an executor, or a plain closure.
enum QueuedJob: Sendable {
    case job(UnownedJob, UnownedSerialExecutor)
    case closure(@Sendable () -> Void)

    func run() {
        switch self {
        case .job(let job, let executor): job.runSynchronously(on: executor)
        case .closure(let closure): closure()
        }
    }
}

import CThreads
import Glibc
import Synchronization

/// The queue of an executor and the thread that serves it. The executor owns it; the running thread keeps it alive until
/// the last job is done, so the executor may go away before.
///
/// A thread that has ended starts again for a late job: the `isolated deinit` of an actor comes after everything else,
/// and a job that never ran would leave its task waiting for ever.
final class JobThread: Sendable {
    private struct State {
        var jobs: [QueuedJob] = []
        var watch: Watch?
        var isRunning = false
        var isAsleep = false
        var isStopping = false
    }

    private let name: String
    private let doorbell = Doorbell()
    private let state = Mutex(State())
    /// The thread that runs the jobs now, 0 when there is none.
    private let thread = Atomic<pthread_t>(0)
    /// How many callers are inside `enqueue`. The runtime keeps nothing alive for them: the job may run at once on the thread, let go
    /// of its actor and with it of the executor, and the thread may end, all before `enqueue` is over. So the thread waits for them.
    private let enqueuers = Atomic<Int>(0)

    init(name: String) {
        self.name = String(decoding: name.utf8.prefix(15), as: UTF8.self)
        startIfNeeded()
    }

    var isCurrent: Bool {
        thread.load(ordering: .acquiring) == pthread_self()
    }

    func enqueue(_ job: QueuedJob) {
        enqueuers.add(1, ordering: .acquiring)
        change { $0.jobs.append(job) }
        startIfNeeded()
        enqueuers.subtract(1, ordering: .releasing)
    }

    func watch(_ watch: Watch?) {
        change { $0.watch = $0.isStopping ? nil : watch }
    }

    func stop() {
        change {
            $0.isStopping = true
            $0.watch = nil
        }
    }

    private func change(_ change: (inout sending State) -> Void) {
        let mustRing = state.withLock { state in
            change(&state)
            defer { state.isAsleep = false }
            return state.isAsleep
        }
        if mustRing { doorbell.ring() }
    }
}

// MARK: The thread's life

extension JobThread {
    private func startIfNeeded() {
        let mustStart = state.withLock { state in
            defer { state.isRunning = true }
            return !state.isRunning
        }
        if mustStart { start() }
    }

    private func start() {
        var handle = pthread_t()
        let status = pthread_create(
            &handle, nil,
            { context in
                // The retain below hands the object over exactly once.
                context.map { Unmanaged<JobThread>.fromOpaque($0).takeRetainedValue().main() }
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
        precondition(status == 0, "no thread: errno \(status); raise the limit of threads (ulimit -u, pids.max)")
        pthread_detach(handle)
    }

    private func main() {
        continuo_block_signals()
        _ = name.withCString(continuo_name_thread)
        thread.store(pthread_self(), ordering: .releasing)
        while runJobs() {
            currentWatch()?.pump()
            sleepUntilNeeded()
        }
        while enqueuers.load(ordering: .acquiring) > 0 { sched_yield() }
    }

    /// Runs the jobs that are there, and lets go of what they hold on to before the thread sleeps.
    /// - Returns: false when the thread's life is over.
    private func runJobs() -> Bool {
        guard let jobs = takeJobs() else { return false }
        for job in jobs { job.run() }
        return true
    }

    /// The jobs to run now, perhaps none; nil when the thread's life is over.
    private func takeJobs() -> [QueuedJob]? {
        state.withLock { state in
            guard state.jobs.isEmpty, state.isStopping else {
                defer { state.jobs = [] }
                return state.jobs
            }
            state.isRunning = false
            thread.store(0, ordering: .releasing)
            return nil
        }
    }

    private func currentWatch() -> Watch? {
        state.withLock { $0.watch }
    }

    private func sleepUntilNeeded() {
        let watch: Watch?? = state.withLock { state in
            guard state.jobs.isEmpty, !state.isStopping else { return nil }
            state.isAsleep = true
            return .some(state.watch)
        }
        guard let watch else { return }
        doorbell.sleep(watching: watch)
        state.withLock { $0.isAsleep = false }
    }
}

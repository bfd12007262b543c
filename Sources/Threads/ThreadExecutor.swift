/// A serial executor with a thread of its own: for C libraries that block, or whose handles belong to one thread.
///
/// Jobs run in order on that thread. When it has none it sleeps, or polls the descriptor given to `watch`.
/// An actor uses it by returning `asUnownedSerialExecutor()` from `nonisolated var unownedExecutor`.
///
/// The thread ends after `stop()`, or when the executor is released. A job that arrives after that (an actor's
/// `isolated deinit`) still runs, on a thread that lives as long as there are jobs.
public final class ThreadExecutor: SerialExecutor, Sendable {
    private let thread: JobThread

    /// Starts the thread.
    /// - Parameter name: what debuggers and `top -H` call the thread; its first 15 bytes count.
    public init(name: String) {
        thread = JobThread(name: name)
    }

    deinit {
        thread.stop()
    }

    public func enqueue(_ job: consuming ExecutorJob) {
        thread.enqueue(.job(UnownedJob(job), asUnownedSerialExecutor()))
    }

    /// Runs `closure` on the thread, in order with the jobs. No task is made and nobody waits; it may use `assumeIsolated`
    /// of an actor of this executor.
    public func perform(_ closure: @escaping @Sendable () -> Void) {
        thread.enqueue(.closure(closure))
    }

    /// Whether the caller runs on the executor's thread.
    public var isCurrent: Bool {
        thread.isCurrent
    }

    public func isIsolatingCurrentContext() -> Bool? {
        isCurrent
    }

    public func checkIsolated() {
        precondition(isCurrent, "not on the thread of this executor")
    }

    /// From now on the thread, when it has no job, polls `descriptor` and calls `pump` on itself after each wake-up: when
    /// the descriptor is ready, when the tick is over, and after jobs (what they left in a library's buffer is not lost).
    ///
    /// `pump` must not block: jobs wait for it. It may use `assumeIsolated` of an actor of this executor.
    /// - Parameters:
    ///   - descriptor: −1 for none: the tick alone then calls `pump`.
    ///   - tick: the longest time between two calls, 1 ms to 1 h.
    public func watch(
        _ descriptor: Int32, events: PollEvents, tick: Duration, pump: @escaping @Sendable () -> Void
    ) {
        thread.watch(Watch(descriptor: descriptor, events: events, tick: tick, pump: pump))
    }

    /// Ends the watch. Called on the executor's thread, `pump` is not called again; called elsewhere, it may be running still.
    public func unwatch() {
        thread.watch(nil)
    }

    /// Ends the watch, and the thread after the jobs already queued.
    public func stop() {
        thread.stop()
    }
}

import Synchronization

/// The queue between callers and connections, shared by both.
final class WorkQueue: Sendable {
    private let state: Mutex<WorkQueueState>
    let waitLimit: Duration

    init(size: Int, waitLimit: Duration) {
        state = Mutex(WorkQueueState(size: size, waitLimit: waitLimit, now: .now))
        self.waitLimit = waitLimit
    }

    var status: Pool.Status { state.withLock { $0.status } }
    var isClosed: Bool { state.withLock { $0.isClosed } }
    var nextAttempt: ContinuousClock.Instant { state.withLock { $0.nextAttempt } }

    // MARK: Callers

    /// - Returns: the connection to wake, if one is idle.
    func submit(_ work: Work) -> Int? {
        switch state.withLock({ $0.submit(work) }) {
        case .wake(let connection):
            startSweeper()
            return connection
        case .waits:
            startSweeper()
            return nil
        case .rejected(let error):
            work.fail(error)
            return nil
        }
    }

    /// Ends the work if it still waits.
    func cancel(_ interruption: Interruption) {
        guard let work = state.withLock({ $0.withdraw(interruption) }) else { return }
        work.fail(DatabaseError(.cancelled, "the task that waited for a connection was cancelled"))
    }

    /// Fails everything that waits, now and later.
    func close() {
        let (failed, error) = state.withLock { ($0.close(), $0.closed) }
        for work in failed { work.fail(error) }
    }

    // MARK: Connections

    func hasWork(for connection: Int) -> Bool { state.withLock { $0.hasWork(for: connection) } }

    func take() -> Work? { state.withLock { $0.take() } }

    func putBack(_ work: Work) {
        let failed = state.withLock { $0.putBack(work, now: .now) }
        guard let failed else { return startSweeper() }
        failed.fail(state.withLock { $0.closed })
    }

    func connected() { state.withLock { $0.connected() } }

    func disconnected() { state.withLock { $0.disconnected() } }

    func connectFailed(_ error: DatabaseError) {
        let failed = state.withLock { $0.connectFailed(error, now: .now) }
        for work in failed { work.fail(error) }
    }
}

// MARK: Waiting has an end

extension WorkQueue {
    /// One task at a time wakes when the first in the queue has waited long enough, and ends when nobody waits.
    private func startSweeper() {
        let mustStart = state.withLock { state in
            defer { state.hasSweeper = true }
            return !state.hasSweeper
        }
        guard mustStart else { return }
        Task { await sweep() }
    }

    private func sweep() async {
        try? await Task.sleep(for: waitLimit)
        while let expiry = sweepOnce() {
            try? await Task.sleep(until: expiry, clock: .continuous)
        }
    }

    /// - Returns: when to come again; nil to end.
    private func sweepOnce() -> ContinuousClock.Instant? {
        let (failed, error, next) = state.withLock { state in
            let (failed, error) = state.expire(now: .now)
            state.hasSweeper = state.nextExpiry != nil
            return (failed, error, state.nextExpiry)
        }
        for work in failed { work.fail(error) }
        return next
    }
}

import CPostgreSQL
import Threads

/// How long one exchange with the server may last, and whether somebody wants it to end.
struct Patience {
    private(set) var deadline: ContinuousClock.Instant
    /// COMMIT is not interrupted: it is short, and its outcome would be unknown.
    let isInterruptible: Bool
    private(set) var isInterrupted = false

    init(deadline: ContinuousClock.Instant, isInterruptible: Bool) {
        self.deadline = deadline
        self.isInterruptible = isInterruptible
    }

    /// A server that was asked to cancel has this long to say so.
    mutating func interrupt() {
        isInterrupted = true
        deadline = min(deadline, .now + .seconds(2))
    }
}

extension Link {
    /// Sends everything that libpq holds back, reading meanwhile so that the server is never stuck with answers.
    func flush(_ patience: inout Patience) throws(DatabaseError) {
        while true {
            switch PQflush(handle) {
            case 0: return
            case 1: try wait(for: [.readable, .writable], &patience)
            default: throw lost()
            }
        }
    }

    /// The next result, nil between those of two statements.
    func nextResult(_ patience: inout Patience) throws(DatabaseError) -> OpaquePointer? {
        while PQisBusy(handle) == 1 {
            try wait(for: .readable, &patience)
        }
        return PQgetResult(handle)
    }

    private func wait(for events: PollEvents, _ patience: inout Patience) throws(DatabaseError) {
        noticeInterruption(&patience)
        switch wakeup.sleep(socket: socket, events: events, until: patience.deadline) {
        case .socketReady:
            guard PQconsumeInput(handle) == 1 else { throw lost() }
        case .rung: return
        case .deadline:
            discard()
            canceller.cancel(handle)
            throw patience.isInterrupted ? cancelled() : silent()
        }
    }

    private func noticeInterruption(_ patience: inout Patience) {
        guard patience.isInterruptible, !patience.isInterrupted, isInterrupted else { return }
        patience.interrupt()
        discard()
        canceller.cancel(handle)
    }

    func cancelled() -> DatabaseError {
        DatabaseError(.cancelled, "the task that asked for it was cancelled")
    }

    private func silent() -> DatabaseError {
        DatabaseError(.timeout, "the server is silent for longer than a statement may last (\(configuration.statementTimeout))")
    }
}

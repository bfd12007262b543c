internal import Model
internal import Synchronization

/// The agent's one term, shared by everything that acts.
final class TermKeeper: Sendable {
    typealias Right = Term<ContinuousClock.Instant>.Right

    private let term: Mutex<Term<ContinuousClock.Instant>>

    init(length: Duration) {
        term = Mutex(Term(length: length))
    }

    func renew(sentAt instant: ContinuousClock.Instant) {
        let now = ContinuousClock.now
        term.withLock { $0.renew(sentAt: instant, confirmedAt: now) }
    }

    var isRunning: Bool {
        let now = ContinuousClock.now
        return term.withLock { $0.isRunning(at: now) }
    }

    /// The right to act in the term that runs; `nil` when none does.
    var right: Right? {
        let now = ContinuousClock.now
        return term.withLock { $0.right(at: now) }
    }

    /// A command that comes before the first heartbeat is confirmed, or just after the broker came back, waits a little.
    func waitUntilRunning(atMost limit: Duration) async -> Bool {
        let deadline = ContinuousClock.now + limit
        while !isRunning, ContinuousClock.now < deadline, !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(50))
        }
        return isRunning
    }

    /// Asked before every call to a host.
    ///
    /// - Parameter right: given when the work was begun.
    func mayAct(_ right: Right?) throws(WorkError) {
        guard !Task.isCancelled else {
            throw WorkError(.cancelled, .cancelled, "the work was stopped on request")
        }
        let now = ContinuousClock.now
        guard let right, term.withLock({ $0.holds(right, at: now) }) else {
            throw WorkError(.transient, .termEnded, "this agent could not tell the broker that it lives; another one takes over")
        }
    }
}

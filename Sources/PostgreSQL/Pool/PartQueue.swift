import Synchronization

/// The parts of one open transaction on their way from asynchronous code to the connection's thread, which waits for them.
final class PartQueue: Sendable {
    struct Part: Sendable {
        let run: @Sendable (Session) -> Void
        let fail: @Sendable (any Error) -> Void
    }

    enum Ending {
        case commit, rollBack
    }

    /// Nothing was asked to go wrong: the transaction's own code wants it undone.
    struct RolledBack: Error {}

    private struct State {
        var parts: [Part] = []
        var ending: Ending?
        var failure: (any Error)?
        var hasBegun = false
    }

    private let state = Mutex(State())
    private let wakeup = Wakeup()

    // MARK: Asynchronous code

    func submit(_ part: Part) {
        let failure = state.withLock { state -> (any Error)? in
            if let failure = state.failure { return failure }
            if state.ending != nil { return RolledBack() }
            state.parts.append(part)
            return nil
        }
        if let failure { part.fail(failure) } else { wakeup.ring() }
    }

    /// No part follows. The first word counts.
    func end(_ ending: Ending) {
        state.withLock { $0.ending = $0.ending ?? ending }
        wakeup.ring()
    }

    /// The transaction is over: what waits, and what comes later, gets its error.
    func fail(_ error: any Error) {
        let parts = state.withLock { state in
            state.failure = state.failure ?? error
            defer { state.parts = [] }
            return state.parts
        }
        for part in parts { part.fail(error) }
    }

    // MARK: The connection's thread

    /// Runs parts until the end is said. What has run can't be run again: the second time it throws.
    func serve(_ session: Session) throws {
        let isFirst = state.withLock { state in
            defer { state.hasBegun = true }
            return !state.hasBegun
        }
        guard isFirst else { throw RolledBack() }
        while let part = next() { part.run(session) }
        if state.withLock({ $0.ending }) == .rollBack { throw RolledBack() }
    }

    /// Waits for a part; `nil` when there are no more.
    private func next() -> Part? {
        while true {
            let (part, isOver) = state.withLock { state -> (Part?, Bool) in
                state.parts.isEmpty ? (nil, state.ending != nil) : (state.parts.removeFirst(), false)
            }
            if part != nil || isOver { return part }
            _ = wakeup.sleep(socket: -1, events: [], until: .now + .seconds(60))
        }
    }
}

internal import Model
internal import Synchronization

/// What this agent works on, from the taking of a command until its outcome is confirmed.
final class WorkRegistry: Sendable {
    /// Why work was asked to stop.
    enum Stop: Hashable, Sendable {
        /// Somebody cancelled the operation.
        case cancelled
        /// It took longer than an attempt may.
        case unfinished
        /// The agent goes away.
        case givenBack
    }

    private struct Entry {
        let operation: OperationID
        var stop: Stop?
        var cancel: (@Sendable () -> Void)?
        /// Copies of its command that came meanwhile.
        var copies: [CheckedContinuation<Bool, Never>] = []
    }

    private struct State {
        var entries: [AttemptID: Entry] = [:]
        /// Operations that somebody cancelled, the last ones: their commands may still be on the road. A cancelled operation is never
        /// sent again, retried it is another one.
        var cancelled: [OperationID] = []
        var isDraining = false
    }

    /// How many cancelled operations are remembered.
    private static let memory = 1000

    private let state = Mutex(State())

    /// `false` when the attempt is here already.
    func begin(_ attempt: AttemptID, of operation: OperationID) -> Bool {
        state.withLock { state in
            guard state.entries[attempt] == nil else { return false }
            state.entries[attempt] = Entry(operation: operation, stop: state.cancelled.contains(operation) ? .cancelled : nil)
            return true
        }
    }

    /// The work that `stop` cancels. What was asked to stop before is cancelled at once.
    func run(_ attempt: AttemptID, cancel: @escaping @Sendable () -> Void) {
        let isStopped = state.withLock { state in
            state.entries[attempt]?.cancel = cancel
            return state.entries[attempt]?.stop != nil
        }
        if isStopped { cancel() }
    }

    /// Why the work was asked to stop, if it was.
    func stopReason(of attempt: AttemptID) -> Stop? {
        state.withLock { $0.entries[attempt]?.stop }
    }

    /// - Parameter isSettled: whether all that is to be said about it has been confirmed.
    func end(_ attempt: AttemptID, isSettled: Bool) {
        let ended = state.withLock { $0.entries.removeValue(forKey: attempt) }
        for copy in ended?.copies ?? [] { copy.resume(returning: isSettled) }
    }

    /// Waits until the attempt has ended here.
    ///
    /// - Returns: whether all that is to be said about it has been confirmed; `false` when it is not here.
    func isSettled(_ attempt: AttemptID) async -> Bool {
        await withCheckedContinuation { copy in
            let isHere = state.withLock { state in
                state.entries[attempt]?.copies.append(copy)
                return state.entries[attempt] != nil
            }
            if !isHere { copy.resume(returning: false) }
        }
    }

    func stop(_ attempt: AttemptID, _ reason: Stop) {
        stop(reason) { id, _ in id == attempt }
    }

    /// Also of work that is still to come.
    func cancel(_ operation: OperationID) {
        state.withLock { state in
            state.cancelled.append(operation)
            state.cancelled.removeFirst(max(0, state.cancelled.count - Self.memory))
        }
        stop(.cancelled) { $1 == operation }
    }

    func giveBackAll() {
        stop(.givenBack) { _, _ in true }
    }

    /// The first reason counts.
    private func stop(_ reason: Stop, where matches: (AttemptID, OperationID) -> Bool) {
        let cancels = state.withLock { state in
            state.entries.compactMap { id, entry -> (@Sendable () -> Void)? in
                guard entry.stop == nil, matches(id, entry.operation) else { return nil }
                state.entries[id]?.stop = reason
                return entry.cancel
            }
        }
        for cancel in cancels { cancel() }
    }

    func beginDraining() {
        state.withLock { $0.isDraining = true }
    }

    var isDraining: Bool { state.withLock { $0.isDraining } }

    /// In the order of their ids, so that heartbeats of the same work are alike.
    var operations: [OperationID] {
        state.withLock { $0.entries.values.map(\.operation) }.sorted { $0.description < $1.description }
    }
}

import Synchronization

/// Carries a task's cancellation to the thread that works for it.
final class Interruption: Sendable {
    private struct State {
        var isRequested = false
        var wakeup: Wakeup?
    }

    private let state = Mutex(State())

    var isRequested: Bool {
        state.withLock { $0.isRequested }
    }

    func request() {
        let wakeup = state.withLock { state in
            state.isRequested = true
            return state.wakeup
        }
        wakeup?.ring()
    }

    /// From now on a request rings `wakeup`.
    func attach(_ wakeup: Wakeup) {
        state.withLock { $0.wakeup = wakeup }
    }
}

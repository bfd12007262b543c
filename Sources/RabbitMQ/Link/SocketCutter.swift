import Glibc
import Synchronization

/// Ends a socket call that hangs, from another thread.
///
/// librabbitmq writes without a deadline: while the broker reads nothing (a memory alarm, a stalled peer) but still sends
/// heartbeats, a write waits for ever. A shut-down socket fails it at once. The cutter holds a duplicate of the
/// descriptor, so that it never meets a number that the library has closed and the system has given away again.
final class SocketCutter: Sendable {
    private struct State {
        var descriptor: Int32
        var deadline: ContinuousClock.Instant?
    }

    private let state: Mutex<State>

    init(_ descriptor: Int32) {
        state = Mutex(State(descriptor: fcntl(descriptor, F_DUPFD_CLOEXEC, 0)))
    }

    deinit {
        retire()
    }

    func arm(_ limit: Duration) {
        state.withLock { $0.deadline = .now + limit }
    }

    func disarm() {
        state.withLock { $0.deadline = nil }
    }

    /// Looks once a second, until cancelled.
    func keepCutting() -> Task<Void, Never> {
        Task {
            while !Task.isCancelled {
                _ = try? await Task.sleep(for: .seconds(1))
                cutIfOverdue()
            }
        }
    }

    private func cutIfOverdue() {
        state.withLock { state in
            guard let deadline = state.deadline, deadline < .now else { return }
            _ = shutdown(state.descriptor, Int32(SHUT_RDWR))
        }
    }

    /// Lets go of the socket: it is closed when the library closes its own descriptor.
    func retire() {
        state.withLock { state in
            if state.descriptor >= 0 { close(state.descriptor) }
            state.descriptor = -1
        }
    }
}

import Glibc
import Threads

/// Ends the sleep of a connection's thread before its socket has something to say: for a cancelled task or a closing pool.
final class Wakeup: Sendable {
    private let doorbell = Doorbell()

    func ring() {
        doorbell.ring()
    }

    enum Reason {
        case socketReady, rung, deadline
    }

    /// Sleeps until `socket` is ready for `events`, somebody rings, or `deadline`.
    /// - Parameter socket: −1 for none.
    func sleep(socket: Int32, events: PollEvents, until deadline: ContinuousClock.Instant) -> Reason {
        var polled = [
            pollfd(fd: socket, events: events.rawValue, revents: 0),
            pollfd(fd: doorbell.descriptor, events: PollEvents.readable.rawValue, revents: 0),
        ]
        poll(&polled, 2, Self.milliseconds(until: deadline))
        if polled[1].revents != 0 {
            doorbell.silence()
            return .rung
        }
        if polled[0].revents != 0 { return .socketReady }
        return deadline <= .now ? .deadline : .rung
    }

    private static func milliseconds(until deadline: ContinuousClock.Instant) -> Int32 {
        let left = ContinuousClock.now.duration(to: deadline)
        return Int32(min(max(0, (left / .milliseconds(1)).rounded(.up)), 3_600_000))
    }
}

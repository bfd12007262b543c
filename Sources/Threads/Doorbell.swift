import CThreads
import Glibc

/// Wakes a thread that sleeps in `poll`. Ringing twice before it wakes is ringing once.
public struct Doorbell: ~Copyable, Sendable {
    /// Readable from a ring until `silence()`. Closed together with the doorbell.
    public let descriptor: Int32

    public init() {
        descriptor = continuo_event_descriptor()
        precondition(descriptor >= 0, "no event descriptor: errno \(errno); raise the limit of open files (ulimit -n)")
    }

    deinit {
        close(descriptor)
    }

    public func ring() {
        eventfd_write(descriptor, 1)
    }

    /// Forgets the rings so far.
    public func silence() {
        var rings: eventfd_t = 0
        eventfd_read(descriptor, &rings)
    }

    /// Sleeps until the bell rings, `watched` is ready, or the watch's tick is over.
    func sleep(watching watched: Watch?) {
        var polled = [pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)]
        if let watched {
            polled.append(pollfd(fd: watched.descriptor, events: watched.events.rawValue, revents: 0))
        }
        poll(&polled, nfds_t(polled.count), watched?.tickMilliseconds ?? -1)
        if polled[0].revents != 0 { silence() }
    }
}

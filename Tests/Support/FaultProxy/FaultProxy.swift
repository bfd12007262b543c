import Glibc
import Synchronization
import Threads

/// A TCP proxy on the loopback interface that behaves like a bad network: it cuts, stalls, slows down and refuses.
///
/// It runs on a thread of its own; its methods return at once and hold for everything after them.
public final class FaultProxy: Sendable {
    /// Which way bytes travel.
    public enum Direction: Sendable {
        case toServer, toClient, both
    }

    /// The port it listens on, on 127.0.0.1.
    public let port: Int
    private let listener: Int32
    private let upstream: Address
    private let traffic = Mutex(Traffic())
    private let doorbell = Doorbell()
    private let executor = ThreadExecutor(name: "fault-proxy")

    /// Listens on a free port and forwards to the server given.
    public init(upstreamHost: String, upstreamPort: Int) throws {
        upstream = try Address(host: upstreamHost, port: upstreamPort)
        (listener, port) = try Socket.listen()
        executor.perform { self.forward() }
    }

    /// How many connections were made so far, refused ones too.
    public var accepted: Int {
        traffic.withLock { $0.accepted }
    }

    /// Cuts all connections there are; new ones are welcome.
    public func cutAll() {
        change { traffic in
            for index in traffic.tunnels.indices { traffic.tunnels[index].cut() }
        }
    }

    /// Leaves connections open and forwards nothing: half-open, as after a lost route. New connections stall too.
    public func stall(_ direction: Direction = .both) {
        change { $0.stalled = direction }
    }

    /// Forwards again, at full speed.
    public func resume() {
        change {
            $0.stalled = nil
            $0.pause = .zero
        }
    }

    /// Forwards at most 64 bytes of each connection and direction, then pauses.
    public func slow(_ pause: Duration) {
        change { $0.pause = pause }
    }

    /// Whether new connections are closed at once.
    public func refuse(_ refuses: Bool) {
        change { $0.refuses = refuses }
    }

    /// Cuts everything and ends the thread. To be called once the test is over.
    public func stop() {
        change { $0.isStopped = true }
        executor.stop()
    }

    private func change(_ change: (inout sending Traffic) -> Void) {
        traffic.withLock { change(&$0) }
        doorbell.ring()
    }
}

// MARK: The thread

extension FaultProxy {
    private func forward() {
        while !traffic.withLock({ $0.isStopped }) {
            var polled = [pollfd(fd: doorbell.descriptor, events: Int16(POLLIN), revents: 0)]
            polled.append(pollfd(fd: listener, events: Int16(POLLIN), revents: 0))
            polled += traffic.withLock { $0.interests }
            poll(&polled, nfds_t(polled.count), -1)
            if polled[0].revents != 0 { doorbell.silence() }
            let pause = traffic.withLock { traffic in
                traffic.forward(polled[2...].map(\.revents))
                return traffic.pause
            }
            if polled[1].revents != 0 { accept() }
            if pause > .zero { usleep(UInt32(pause / .microseconds(1))) }
        }
        close(listener)
        traffic.withLock { $0.closeAll() }
    }

    private func accept() {
        let client = Glibc.accept(listener, nil, nil)
        guard client >= 0 else { return }
        let isWelcome = traffic.withLock { traffic in
            traffic.accepted += 1
            return !traffic.refuses
        }
        guard isWelcome, let server = upstream.connect() else {
            close(client)
            return
        }
        traffic.withLock { $0.tunnels.append(Tunnel(client: client, server: server)) }
    }
}

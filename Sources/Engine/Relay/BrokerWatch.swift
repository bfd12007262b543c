import RabbitMQ
import ServiceLifecycle
import Synchronization

/// Knows how the connection to the broker is.
final class BrokerWatch: Service, Sendable {
    private let publisher: Publisher
    private let last = Mutex<ConnectionState?>(nil)

    init(publisher: Publisher) {
        self.publisher = publisher
    }

    /// `nil` before the first connection was tried.
    var state: ConnectionState? { last.withLock { $0 } }

    var isConnected: Bool { state == .connected }

    func run() async throws {
        let states = publisher.states.cancelOnGracefulShutdown()
        for await state in states {
            last.withLock { $0 = state }
        }
    }
}

import RabbitMQ
import ServiceLifecycle
import Synchronization
import Wire

/// Knows how the connection to the broker is.
///
/// That it takes no messages a broker says to a connection that publishes, and not before. So an engine that has nothing to say
/// publishes a message to nobody now and then.
final class BrokerWatch: Service, Sendable {
    private static let pause = Duration.seconds(5)
    private static let nothing = Message(
        exchange: Queues.commandsExchange, routingKey: "nobody", body: [], persistent: false)

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
        await withTaskGroup { group in
            group.addTask { await cancelWhenGracefulShutdown { await self.speak() } }
            for await state in states {
                last.withLock { $0 = state }
            }
            group.cancelAll()
        }
    }

    private func speak() async {
        while (try? await Task.sleep(for: Self.pause)) != nil {
            if isConnected { _ = await publisher.publish([Self.nothing], timeout: Self.pause) }
        }
    }
}

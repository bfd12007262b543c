import Logging
import ServiceLifecycle
import Synchronization

/// The life of a service with one connection: connects when it runs, ends with the graceful shutdown.
final class ConnectedService: Sendable {
    private enum Life {
        case idle
        case running(Connection)
        case over
    }

    let states = StateBroadcast()
    private let configuration: BrokerConfiguration
    private let name: String
    private let role: any ConnectionRole
    private let logger: Logger
    private let life = Mutex(Life.idle)

    init(_ configuration: BrokerConfiguration, name: String, role: any ConnectionRole, logger: Logger) {
        var logger = logger
        logger[metadataKey: "connection"] = "\(name)"
        self.configuration = configuration
        self.name = name
        self.role = role
        self.logger = logger
    }

    /// Something waits to be written.
    func nudge() {
        if case .running(let connection) = life.withLock({ $0 }) { connection.nudge() }
    }

    /// Returns after the graceful shutdown, or when the task is cancelled; then the work under way is given up.
    func run() async throws {
        let connection = try begin()
        await withGracefulShutdownHandler {
            await withTaskCancellationHandler {
                await connection.keepOpen()
            } onCancel: {
                Task { await connection.stop(gracefully: false) }
            }
        } onGracefulShutdown: {
            Task { await connection.stop(gracefully: true) }
        }
        life.withLock { $0 = .over }
    }

    private func begin() throws(BrokerError) -> Connection {
        let fresh = Connection(configuration, name: name, role: role, states: states, logger: logger)
        let isFirst = life.withLock { life in
            guard case .idle = life else { return false }
            life = .running(fresh)
            return true
        }
        guard isFirst else { throw BrokerError(.stopped, "The service \(name) runs once, and has been started already.") }
        return fresh
    }
}

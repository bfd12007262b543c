import Logging
import NIOSSL
import ServiceLifecycle
import Synchronization

/// The identity of the moment. It is read again every few seconds; where it has changed, connections from then on are shown the new
/// one. What can't be read or used changes nothing.
final class ServerCertificate: Service, Sendable {
    private struct State {
        var identity: ServerIdentity
        var context: NIOSSLContext
        /// What was wrong the last time, so that it is said once.
        var complaint: String?
    }

    private static let period = Duration.seconds(5)

    private let read: @Sendable () throws -> ServerIdentity
    private let logger: Logger
    private let state: Mutex<State>

    /// - Throws: what `read` throws; `ServerIdentity.Unusable`.
    init(_ read: @escaping @Sendable () throws -> ServerIdentity, logger: Logger) throws {
        self.read = read
        self.logger = logger
        let identity = try read()
        state = Mutex(State(identity: identity, context: try identity.context()))
    }

    var context: NIOSSLContext { state.withLock { $0.context } }

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                try await Task.sleep(for: Self.period)
                self.refresh()
            }
        }
    }

    func refresh() {
        do {
            let identity = try read()
            guard identity != state.withLock({ $0.identity }) else { return state.withLock { $0.complaint = nil } }
            let context = try identity.context()
            state.withLock { $0 = State(identity: identity, context: context) }
            logger.info("the listener has another certificate")
        } catch {
            complain("\(error)")
        }
    }

    private func complain(_ reason: String) {
        let isNew = state.withLock { state in
            defer { state.complaint = reason }
            return state.complaint != reason
        }
        guard isNew else { return }
        logger.warning("the listener keeps its certificate: the new one can't be used", metadata: ["error": "\(reason)"])
    }
}

public import Logging
public import ServiceLifecycle

/// A bounded number of connections, each with a thread of its own, and one queue of work for all of them.
///
/// Work is a synchronous closure that runs on a connection's thread: one hop for the whole of it. Connections open when
/// they are needed and are kept. While the server is away work waits, up to `waitLimit`, and goes on when it is back; a
/// transaction whose connection broke before its COMMIT is run again. A login that is refused fails waiting work at once.
///
/// A cancelled task stops waiting at once; a statement that runs for it is cancelled in the server.
public final class Pool: Service, Sendable {
    /// A look at the pool for metrics.
    public struct Status: Sendable, Equatable {
        /// Connections at most.
        public let size: Int
        /// Connections that are logged in.
        public let open: Int
        /// Connections that work or connect.
        public let busy: Int
        /// Callers in the queue.
        public let waiting: Int
        public let isClosed: Bool
    }

    private let configuration: DatabaseConfiguration
    private let queue: WorkQueue
    private let connections: [Connection]
    private let logger: Logger

    /// - Parameters:
    ///   - size: how many connections at most, 1 to 1000.
    ///   - waitLimit: how long a caller waits for a connection before `.poolExhausted` (or, while no connection can be
    ///     made, the reason for that); at least 1 ms.
    public init(_ configuration: DatabaseConfiguration, size: Int, waitLimit: Duration, logger: Logger) {
        precondition(1...1000 ~= size, "a pool has 1 to 1000 connections")
        precondition(waitLimit >= .milliseconds(1), "waiting for a connection takes at least 1 ms")
        let queue = WorkQueue(size: size, waitLimit: waitLimit)
        let canceller = Canceller()
        self.configuration = configuration
        self.queue = queue
        self.logger = logger
        connections = (0..<size).map { Connection($0, configuration, queue, canceller, logger) }
    }

    public var status: Status { queue.status }

    /// Runs one transaction.
    ///
    /// It is run again, up to 3 times, after a deadlock, a serialization failure, or the loss of the connection before
    /// COMMIT: the body must have no other effects. Whatever the body throws rolls it back.
    /// - Throws: what the body throws; `DatabaseError`, of which `.unknownOutcome` alone means that it may have happened.
    public func transaction<R: Sendable>(_ body: @escaping @Sendable (Session) throws -> R) async throws -> R {
        try await perform { $0.transaction(body) }
    }

    /// Runs statements that are each a transaction of their own. Never repeated.
    /// - Throws: what the body throws; `DatabaseError`. After `.connectionLost`, `.timeout` and `.cancelled` the last
    ///   statement may have happened.
    public func session<R: Sendable>(_ body: @escaping @Sendable (Session) throws -> R) async throws -> R {
        try await perform { $0.session(body) }
    }

    /// Listens to notifications, on a connection of its own beside the pool's.
    /// - Parameter channels: at least one; as `NOTIFY` spells them (case counts).
    public func listen(_ channels: String...) -> Listener {
        Listener(configuration, channels: channels, logger: logger)
    }

    /// Waits for the graceful shutdown or the cancellation of the task, then closes the pool.
    public func run() async throws {
        try? await gracefulShutdown()
        await close()
    }

    /// Fails what waits, lets running work end, and closes the connections.
    public func close() async {
        queue.close()
        for connection in connections { connection.interrupt() }
        for connection in connections { await connection.close() }
    }
}

extension Pool {
    private func perform<R: Sendable>(_ attempt: @escaping @Sendable (Link) -> Try<R>) async throws -> R {
        let interruption = Interruption()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                submit(work(attempt, interruption, continuation))
                // A cancellation that came before found nothing in the queue.
                if interruption.isRequested { queue.cancel(interruption) }
            }
        } onCancel: {
            interruption.request()
            queue.cancel(interruption)
        }
    }

    private func submit(_ work: Work) {
        if let idle = queue.submit(work) { connections[idle].wake() }
    }

    /// The continuation is resumed exactly once: by `run` with its verdict `done`, or by `fail`.
    private func work<R: Sendable>(
        _ attempt: @escaping @Sendable (Link) -> Try<R>, _ interruption: Interruption,
        _ continuation: CheckedContinuation<R, any Error>
    ) -> Work {
        Work(
            interruption: interruption, deadline: .now + queue.waitLimit,
            run: { link, isLastTry in
                switch attempt(link) {
                case .ended(let result): continuation.resume(with: result)
                case .repeatable(let error, let cause):
                    guard isLastTry || interruption.isRequested else { return .again(cause) }
                    continuation.resume(throwing: error)
                }
                return .done
            },
            fail: { continuation.resume(throwing: $0) })
    }
}

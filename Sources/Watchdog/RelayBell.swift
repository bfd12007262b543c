import Logging
import PostgreSQL

/// Tells the engines' relays that there may be commands in the outbox, by a NOTIFY outside of every transaction that wrote them:
/// within, it would serialize the commits. Many rings within a few milliseconds become one.
final class RelayBell: Sendable {
    private static let pause = Duration.milliseconds(3)

    private let rings: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation
    private let pool: Pool
    private let logger: Logger

    init(pool: Pool, logger: Logger) {
        (rings, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        self.pool = pool
        self.logger = logger
    }

    func ring() {
        continuation.yield()
    }

    /// Until its task is cancelled. A ring that is lost costs half a second: relays look by themselves that often.
    func run() async {
        for await _ in rings {
            do {
                try await pool.session { _ = try $0.execute("NOTIFY continuo_outbox") }
            } catch {
                logger.debug("the relays were not told", metadata: ["error": "\(error)"])
            }
            try? await Task.sleep(for: Self.pause)
        }
    }
}

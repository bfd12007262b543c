import PostgreSQL

/// Wakes the relay when there may be commands in the outbox.
///
/// It is rung by this engine's own API after a commit, by other programs through a NOTIFY that they send outside of their
/// transactions, and by a clock as the net below both. Rings while nobody waits become one.
final class Bell: Sendable {
    /// The channel on which other programs ring.
    static let channel = "continuo_outbox"

    private let rings: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation
    private let pool: Pool
    private let net: Duration

    /// - Parameter net: after so long it rings by itself.
    init(pool: Pool, net: Duration = .milliseconds(500)) {
        (rings, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        self.pool = pool
        self.net = net
    }

    func ring() {
        continuation.yield()
    }

    /// Its rings, for one listener, until `run` has ended.
    var sounds: AsyncStream<Void> { rings }

    /// Rings for others and by the clock, until its task is cancelled.
    func run() async {
        await withTaskGroup { group in
            group.addTask { for await _ in self.pool.listen(Self.channel) { self.ring() } }
            group.addTask { while (try? await Task.sleep(for: self.net)) != nil { self.ring() } }
        }
        continuation.finish()
    }
}

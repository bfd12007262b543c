/// Notices that this process stood still: stopped, starved, or its machine asleep. Pure.
///
/// The broker takes a connection for dead when it has heard nothing for two heartbeat intervals, and gives everything away that was
/// delivered on it; librabbitmq speaks once an interval. So after one interval without a look at the connection, what still lies in
/// the socket may be somebody else's by now.
struct Pulse {
    private let limit: Duration
    private var last: ContinuousClock.Instant

    init(limit: Duration, at now: ContinuousClock.Instant) {
        self.limit = limit
        last = now
    }

    /// - Throws: when the last beat is longer ago than the limit.
    mutating func beat(at now: ContinuousClock.Instant) throws(BrokerError) {
        let pause = last.duration(to: now)
        last = now
        guard pause <= limit else {
            throw BrokerError(
                .missedHeartbeats,
                "This process stood still for \(pause), so the broker may have taken its connection for dead; it was ended.")
        }
    }
}

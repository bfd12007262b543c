/// An agent's right to act: it lasts until 15 s after its last confirmed heartbeat was *sent*, by a clock that also runs while
/// the machine sleeps. The ledger calls the agent gone only after 40 s of silence, so between the two nobody acts.
///
/// Pure; the clock is the caller's.
public struct Term<Instant: InstantProtocol>: Sendable where Instant.Duration == Duration {
    /// How long a heartbeat counts.
    public let length: Duration
    private var renewed: Instant?

    public init(length: Duration = .seconds(15)) {
        self.length = length
    }

    /// A heartbeat that was sent at `instant` has been confirmed. An older one than the last changes nothing.
    public mutating func renew(sentAt instant: Instant) {
        renewed = Swift.max(renewed ?? instant, instant)
    }

    public func isRunning(at now: Instant) -> Bool {
        guard let renewed else { return false }
        return renewed.duration(to: now) < length
    }
}

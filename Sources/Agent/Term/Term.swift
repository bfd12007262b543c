/// An agent's right to act: it lasts until 15 s after its last confirmed heartbeat was *sent*, by a clock that also runs while
/// the machine sleeps. The ledger calls the agent gone only after 40 s of silence, so between the two nobody acts.
///
/// A term that has ended is not resumed. A heartbeat confirmed later begins another, and what was begun in the first may not go
/// on in it: by then the ledger may have called the agent gone and sent the next generation.
///
/// Pure; the clock is the caller's.
public struct Term<Instant: InstantProtocol>: Sendable where Instant.Duration == Duration {
    /// Which of this agent's terms a piece of work was begun in.
    public struct Right: Sendable, Hashable {
        fileprivate let number: Int
    }

    /// How long a heartbeat counts.
    public let length: Duration
    private var renewed: Instant?
    private var number = 0

    public init(length: Duration = .seconds(15)) {
        self.length = length
    }

    /// A heartbeat that was sent at `instant` has been confirmed. An older one than the last changes nothing.
    ///
    /// - Parameter now: when the confirmation came.
    public mutating func renew(sentAt instant: Instant, confirmedAt now: Instant) {
        if !isRunning(at: now) { number += 1 }
        renewed = Swift.max(renewed ?? instant, instant)
    }

    public func isRunning(at now: Instant) -> Bool {
        guard let renewed else { return false }
        return renewed.duration(to: now) < length
    }

    /// The right to act in the term that runs; `nil` when none does.
    public func right(at now: Instant) -> Right? {
        isRunning(at: now) ? Right(number: number) : nil
    }

    /// Whether the term in which `right` was given still runs.
    public func holds(_ right: Right, at now: Instant) -> Bool {
        isRunning(at: now) && right.number == number
    }
}

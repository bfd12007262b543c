/// How long a relay may do what with the rows that it claims. Pure.
///
/// Counted from before the claim was asked for: it begins when the database grants it, so the relay's end of it never comes too
/// late, however long the answer took and wherever this process stood still.
struct Claim: Sendable {
    let askedAt: ContinuousClock.Instant
    /// How long nobody else gets the rows.
    var length = Duration.seconds(10)
    /// Shorter than the claim, so that nothing is still under way when another engine takes the rows over.
    var publishing = Duration.seconds(7)

    /// What is not at the broker by then must not get there: another engine may send a repeat of it, and this would be taken for the
    /// first copy.
    var publishUntil: ContinuousClock.Instant { askedAt + publishing }

    /// Whether nobody else can have the rows.
    func holds(at now: ContinuousClock.Instant) -> Bool { now < askedAt + length }
}

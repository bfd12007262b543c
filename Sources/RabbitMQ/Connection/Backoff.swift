/// How long to wait before the next attempt to connect: doubling, with jitter, so that many clients of a broker that
/// comes back do not come all at once.
struct Backoff {
    private static let first = Duration.milliseconds(100)
    private static let longest = Duration.seconds(10)
    /// A connection that lived this long was a good one: the next loss starts over.
    private static let proof = Duration.seconds(5)

    private var failures = 0

    /// - Parameter jitter: 0 to 1; the wait is between half and the whole of what the attempts so far ask for.
    mutating func next(jitter: Double = .random(in: 0...1)) -> Duration {
        let whole = min(Self.longest, Self.first * (1 << min(failures, 10)))
        failures += 1
        return whole * (0.5 + jitter / 2)
    }

    mutating func ended(after lifetime: Duration) {
        if lifetime >= Self.proof { failures = 0 }
    }
}

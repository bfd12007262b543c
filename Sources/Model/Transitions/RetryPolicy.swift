/// When a transient error is tried again: `min(base · 2ⁿ, cap)` with full jitter.
public struct RetryPolicy: Sendable, Hashable {
    /// Seconds. No wait is longer, whatever a host asks for: what is due later than that was stamped by a clock that was ahead.
    public static let longestDelay = 3600.0

    /// Seconds.
    public var base: Double
    /// Seconds.
    public var cap: Double
    /// How many counted attempts an operation has.
    public var limit: Int
    /// How many attempts in a row may lose their agent before the command is held to be what kills them.
    public var agentsLostLimit: Int
    /// Seconds that an attempt may last.
    public var longestAttempt: Double

    public init(
        base: Double = 1, cap: Double = 60, limit: Int = 12, agentsLostLimit: Int = 3, longestAttempt: Double = 20 * 60
    ) {
        self.base = base
        self.cap = cap
        self.limit = limit
        self.agentsLostLimit = agentsLostLimit
        self.longestAttempt = longestAttempt
    }

    /// Seconds to wait before the next attempt.
    ///
    /// - Parameters:
    ///   - failures: how many attempts failed so far, from 1.
    ///   - jitter: a random share, 0 ..< 1.
    ///   - notBefore: seconds before which a retry makes no sense.
    public func delay(afterFailures failures: Int, jitter: Double, notBefore: Int?) -> Double {
        // Past 2³⁰ the cap has long decided, and the power would only overflow.
        let exponent = min(max(failures - 1, 0), 30)
        let ceiling = min(base * Double(1 << exponent), cap)
        return min(max(ceiling * jitter, Double(notBefore ?? 0)), Self.longestDelay)
    }
}

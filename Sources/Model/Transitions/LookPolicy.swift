/// When a host at which looking failed is looked at again: after ever longer gaps, each between the half and the whole of
/// `min(base · 2ⁿ, cap)`. So a host that was away for a moment is back at once, and many that are away are not asked in step.
public struct LookPolicy: Sendable, Hashable {
    /// Seconds.
    public var base: Double
    /// Seconds.
    public var cap: Double

    public init(base: Double = 5, cap: Double = 60) {
        self.base = base
        self.cap = cap
    }

    /// Seconds until the next look.
    ///
    /// - Parameters:
    ///   - failures: how many looks failed in a row, from 1.
    ///   - jitter: a random share, 0 ..< 1.
    public func gap(afterFailures failures: Int, jitter: Double) -> Double {
        // Past 2³⁰ the cap has long decided, and the power would only overflow.
        let exponent = min(max(failures - 1, 0), 30)
        let ceiling = min(base * Double(1 << exponent), cap)
        return ceiling * (1 + jitter) / 2
    }
}

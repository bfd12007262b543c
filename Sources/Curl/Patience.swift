/// The clocks of one exchange. Pure: the time is always given.
///
/// libcurl's own do not fit: the connecting one does not run while an exchange waits for a free connection, and its low-speed limit
/// counts whole seconds.
struct Patience {
    typealias Instant = ContinuousClock.Instant

    private let timeouts: Timeouts
    private let start: Instant
    private var lastActivity: Instant
    private(set) var isConnected = false

    init(_ timeouts: Timeouts, start: Instant) {
        self.timeouts = timeouts
        self.start = start
        lastActivity = start
    }

    mutating func connected(at now: Instant) {
        isConnected = true
        lastActivity = now
    }

    mutating func moved(at now: Instant) {
        lastActivity = now
    }

    /// What has lasted too long.
    /// - Parameter ours: whether the peer waits for us; then it is not idle.
    func exhausted(at now: Instant, ours: Bool) -> CurlError.Phase? {
        if !isConnected, start + timeouts.connect <= now { return .connect }
        if let total = timeouts.total, start + total <= now { return isConnected ? .total : .connect }
        if isConnected, !ours, let idle = timeouts.idle, lastActivity + idle <= now { return .idle }
        return nil
    }

    /// Nothing is exhausted before then, whatever happens in between. `nil`: nothing ever.
    func nextLook(at now: Instant, ours: Bool) -> Instant? {
        let connect = isConnected ? nil : start + timeouts.connect
        let idle = timeouts.idle.map { (isConnected && !ours ? lastActivity : now) + $0 }
        return [connect, timeouts.total.map { start + $0 }, idle].compactMap { $0 }.min()
    }
}

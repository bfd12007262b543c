/// How long to wait between attempts to reach a server: longer each time, and never the same for two clients.
struct Backoff {
    private var failures = 0

    /// The pause after one more failure: 50 ms doubled each time up to 2 s, of which a random half to the whole.
    mutating func next() -> Duration {
        let whole = Duration.milliseconds(min(2000, 50 << min(failures, 10)))
        failures += 1
        return whole * Double.random(in: 0.5...1)
    }

    mutating func reset() {
        failures = 0
    }
}

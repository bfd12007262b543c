/// A descriptor that the thread polls while it has no job, and what it calls after each wake-up.
struct Watch: Sendable {
    /// −1: none; only the tick and jobs wake the thread (`poll` ignores a negative descriptor).
    let descriptor: Int32
    let events: PollEvents
    let tick: Duration
    let pump: @Sendable () -> Void

    /// At least 1 ms, so that a zero tick does not spin; at most an hour.
    var tickMilliseconds: Int32 {
        let hour = Duration.seconds(3600)
        let bounded = min(max(tick, .milliseconds(1)), hour)
        return Int32(bounded / .milliseconds(1))
    }
}

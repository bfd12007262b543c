/// Which commands their queue has lost. Pure; the clock is the caller's.
///
/// A command was confirmed by the broker, and nobody has said a word of it. It may wait in its queue, be in the hands of an agent,
/// or be lost: the queue was purged, or deleted and made anew. It is known to be lost when
/// * after its confirm the queue was seen empty by a broker that could answer for it, and
/// * a while later, in which every live agent has told anew what it works on and all reports were read, still nobody has it.
///
/// An agent that is cut off may still hold it, and act when it comes back. What follows is harmless: it is sent again as a
/// *repeat*, which nobody acts on, and the fresh attempt that comes of it is fenced against that agent like any other.
public struct LossJudge<Instant: InstantProtocol>: Sendable where Instant.Duration == Duration {
    /// Longer than a heartbeat takes from one to the next, plus the age of the leader's marker.
    private let rest: Duration
    private var suspected: [AttemptID: Instant] = [:]

    public init(rest: Duration = .seconds(20)) {
        self.rest = rest
    }

    /// - Parameter missing: the attempts that nobody has, of which the queues were then seen empty; none while silence can't be
    ///   judged.
    /// - Returns: those that are lost.
    public mutating func judge(missing: [AttemptID], at now: Instant) -> [AttemptID] {
        let before = suspected
        suspected = Dictionary(missing.map { ($0, before[$0] ?? now) }, uniquingKeysWith: { first, _ in first })
        let lost = suspected.filter { $0.value.duration(to: now) >= rest }.keys
        for attempt in lost { suspected[attempt] = nil }
        return lost.sorted { $0.description < $1.description }
    }
}

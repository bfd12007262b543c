public import FoundationEssentials

/// Whether the leading watchdog may take an agent's silence for its absence. Pure; the clocks are the caller's.
///
/// Silence is measured by the ledger's clock, between reports that were taken. It proves nothing while
/// * reports wait in their queue: the leader keeps sending markers through it, and judges only when one that it sent a moment ago
///   has come back;
/// * the ledger's clock has jumped: the leader compares it with a clock that never does, and after a mismatch waits until every
///   agent that lives has been heard anew. It does so from its start too, for it can't know what was before.
public struct SilenceJudge<Instant: InstantProtocol>: Sendable where Instant.Duration == Duration {
    /// As long as the silence after which an agent is called gone.
    private let rest: Duration
    /// How old the last marker that came back may be.
    private let freshness: Duration
    /// Seconds by which two clocks may drift apart unnoticed.
    private let tolerance = 2.0

    private var lastMarker = 0
    private var sent: [Int: Instant] = [:]
    private var provenAt: Instant?
    private var reference: (instant: Instant, time: Date)?
    private var restsUntil: Instant?

    public init(rest: Duration = .seconds(40), freshness: Duration = .seconds(8)) {
        self.rest = rest
        self.freshness = freshness
    }

    /// A term begins: what came back in an earlier one proves nothing.
    public mutating func began() {
        sent = [:]
        provenAt = nil
    }

    /// The number of a marker that is sent now.
    public mutating func nextMarker(at now: Instant) -> Int {
        lastMarker += 1
        sent = sent.filter { $0.value.duration(to: now) < freshness }
        sent[lastMarker] = now
        return lastMarker
    }

    public mutating func cameBack(marker number: Int) {
        guard let at = sent[number] else { return }
        provenAt = Swift.max(provenAt ?? at, at)
    }

    /// - Parameter time: what the ledger's clock says.
    public mutating func compare(_ now: Instant, with time: Date) {
        if let reference {
            let passed = reference.instant.duration(to: now) / .seconds(1)
            guard abs(time.timeIntervalSince(reference.time) - passed) > tolerance else { return }
        }
        reference = (now, time)
        restsUntil = now.advanced(by: rest)
    }

    public func mayJudge(at now: Instant) -> Bool {
        guard let provenAt, let restsUntil else { return false }
        return provenAt.duration(to: now) < freshness && restsUntil <= now
    }
}

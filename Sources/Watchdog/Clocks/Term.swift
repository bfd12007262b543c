import FoundationEssentials
import Ledger
import Logging
import Model
import RabbitMQ
import Wire

/// The right to run the clocks: one watchdog's at a time, by the database's clock.
///
/// Reports that would clear an agent may still be in the queue. So the leader keeps putting markers of its own into the queue of
/// reports, and judges silence only while they come back: all that was queued before them has been delivered then. With several
/// watchdogs another one may get a marker; the next comes soon. Another one may also hold reports that came before a marker of this
/// one: into the ledger they come in a moment, or after 10 s back to the queue (`ReportReader`), so what is missing here is far
/// younger than the silence after which an agent is called gone. When the clock has jumped it waits too (`SilenceJudge`).
actor Term {
    static let length = Duration.seconds(10)
    private static let renewal = Duration.seconds(3)
    /// Between two markers.
    private static let beat = Duration.seconds(1)
    /// Of the term's end as this process sees it, so that it never acts a moment too long.
    private static let margin = Duration.seconds(2)

    private let ledger: Ledger
    private let publisher: Publisher
    private let signer: Signer
    let leader: UUID
    private let logger: Logger

    private var renewedAt: ContinuousClock.Instant?
    private var until: ContinuousClock.Instant?
    private var judge = SilenceJudge<ContinuousClock.Instant>()

    init(ledger: Ledger, publisher: Publisher, signer: Signer, leader: UUID, logger: Logger) {
        self.ledger = ledger
        self.publisher = publisher
        self.signer = signer
        self.leader = leader
        self.logger = logger
    }

    var isLeading: Bool { until.map { $0 > .now } ?? false }

    /// Whether silence may be taken for absence now. Asked before every pass, it finds out whether the clock has jumped.
    func mayJudge() -> Bool {
        judge.compare(.now, with: Date())
        return isLeading && judge.mayJudge(at: .now)
    }

    /// Renews the term until its task is cancelled.
    func run() async {
        while !Task.isCancelled {
            if renewedAt.map({ $0.duration(to: .now) >= Self.renewal }) ?? true { await renew() }
            judge.compare(.now, with: Date())
            if isLeading { await sendMarker() }
            try? await Task.sleep(for: Self.beat)
        }
    }

    /// Lets another lead at once.
    func giveUp() async {
        guard until != nil else { return }
        until = nil
        do {
            try await ledger.endTerm(leader: leader)
        } catch {
            logger.debug("the term ends by itself", metadata: ["error": "\(error)"])
        }
    }

    func markerCameBack(_ marker: Marker) {
        if marker.leader == leader { judge.cameBack(marker: marker.number) }
    }

    private func renew() async {
        let asked = ContinuousClock.now
        renewedAt = asked
        do {
            let isMine = try await ledger.holdTerm(leader: leader, for: Self.length)
            isMine ? hold(until: asked + Self.length - Self.margin) : lose()
        } catch {
            logger.warning("the leader's term can't be renewed", metadata: ["error": "\(error)"])
        }
    }

    private func hold(until end: ContinuousClock.Instant) {
        if !isLeading {
            logger.info("leading: the clocks run here", metadata: ["leader": "\(leader)"])
            judge.began()
        }
        until = end
    }

    private func lose() {
        if until != nil { logger.info("another watchdog leads", metadata: ["leader": "\(leader)"]) }
        until = nil
    }

    private func sendMarker() async {
        let mark = Marker(leader: leader, number: judge.nextMarker(at: .now))
        guard let message = try? signer.message(.marker, to: .reports("markers"), site: "markers", payload: mark) else { return }
        _ = await publisher.publish([message], timeout: .seconds(5))
    }
}

import FoundationEssentials
import Ledger
import Logging
import RabbitMQ
import Wire

/// The right to run the clocks: one watchdog's at a time, by the database's clock.
///
/// A leader that has just taken over must not judge yet: reports that would clear an agent may still be in the queue. So it puts
/// a marker of its own into the queue of reports, and judges once the marker has come back: all that was queued before it has
/// been delivered then. With several watchdogs another one may get the marker; so a marker is sent again until one comes back.
actor Term {
    static let length = Duration.seconds(10)
    private static let renewal = Duration.seconds(3)
    /// Of the term's end as this process sees it, so that it never acts a moment too long.
    private static let margin = Duration.seconds(2)

    private let ledger: Ledger
    private let publisher: Publisher
    private let signer: Signer
    let leader: UUID
    private let logger: Logger

    private var until: ContinuousClock.Instant?
    /// The number of the last marker sent in this term, and whether one came back.
    private var marker = 0
    private var firstMarker = 0
    private var mayJudgeNow = false

    init(ledger: Ledger, publisher: Publisher, signer: Signer, leader: UUID, logger: Logger) {
        self.ledger = ledger
        self.publisher = publisher
        self.signer = signer
        self.leader = leader
        self.logger = logger
    }

    var isLeading: Bool { until.map { $0 > .now } ?? false }

    /// Whether silence may be taken for absence.
    var mayJudge: Bool { isLeading && mayJudgeNow }

    /// Renews the term until its task is cancelled.
    func run() async {
        while !Task.isCancelled {
            await renew()
            if isLeading, !mayJudgeNow { await sendMarker() }
            try? await Task.sleep(for: isLeading && !mayJudgeNow ? .seconds(1) : Self.renewal)
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
        guard marker.leader == leader, marker.number >= firstMarker, marker.number > 0 else { return }
        mayJudgeNow = true
    }

    private func renew() async {
        let asked = ContinuousClock.now
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
            firstMarker = marker + 1
            mayJudgeNow = false
        }
        until = end
    }

    private func lose() {
        if until != nil { logger.info("another watchdog leads", metadata: ["leader": "\(leader)"]) }
        until = nil
    }

    private func sendMarker() async {
        marker += 1
        let mark = Marker(leader: leader, number: marker)
        guard let message = try? signer.message(.marker, to: .reports("markers"), site: "markers", payload: mark) else { return }
        _ = await publisher.publish([message], timeout: .seconds(5))
    }
}

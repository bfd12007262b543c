import AsyncAlgorithms
import Ledger
import Logging
import RabbitMQ

/// Takes reports into the ledger: a batch, a transaction, and only then the acknowledgement.
///
/// While the ledger takes one batch the next is read, and no more than one: the transactions keep the order of the queue.
///
/// While the ledger is away the batch is offered again and again; nothing is acknowledged, so nothing is lost. After 10 s everything
/// goes back to the queue, what was read ahead too, and nothing more is taken until the ledger has answered to the batch: another
/// watchdog may have lost nothing, and must not judge agents by what lies here (`Term`). The same reports come once more then, as
/// they do when the connection to the broker breaks: the ledger takes a report twice as it takes it once.
///
/// A broker that counts deliveries counts that as one, for an outage as a whole. Where the ledger is only slow, the next batches
/// get more time, so that the same reports do not go back again and again until the broker drops them.
struct ReportReader: Sendable {
    static let batch = 64
    /// Before what could not be taken goes back to its queue.
    private static let pause = Duration.seconds(1)

    let ledger: Ledger
    let consumer: Consumer
    let desk: ReportDesk
    let term: Term
    let deadLetters: DeadLetters
    let bell: RelayBell
    let logger: Logger
    /// How long the ledger may be away before everything goes back.
    var patience = Duration.seconds(10)

    /// Until the graceful shutdown: then what has come is still taken, and nothing more comes.
    func run() async {
        let batches = AsyncChannel<ReportDesk.Sorted>()
        async let reading: Void = read(into: batches)
        var patience = patience
        for await batch in batches where consumer.holds(batch) {
            if await !take(batch, within: patience) {
                patience *= 2
            } else if !batch.reports.isEmpty {
                patience = self.patience
            }
        }
        await reading
    }

    private func read(into batches: AsyncChannel<ReportDesk.Sorted>) async {
        await consumer.forEachBatch(upTo: Self.batch) { await batches.send(await desk.sort($0)) }
        batches.finish()
    }

    /// - Returns: whether the ledger answered in time.
    private func take(_ sorted: ReportDesk.Sorted, within patience: Duration) async -> Bool {
        guard let (rejected, unreadable) = await rejected(of: sorted.reports, within: patience) else { return false }
        for (_, marker) in sorted.markers { await term.markerCameBack(marker) }
        await consumer.acknowledge(sorted.markers.map { $0.delivery })
        await settle(sorted.dead + rejected, sorted.newer + unreadable)
        return true
    }

    /// Takes reports in and acknowledges them, but for those that the ledger turned away, for good or for a newer watchdog; `nil`
    /// when they went back to the queue, or the task was cancelled.
    private func rejected(
        of reports: [ReportDesk.Readable], within patience: Duration
    ) async -> (dead: [Outcast], newer: [Delivery])? {
        guard !reports.isEmpty else { return ([], []) }
        guard let rejected = await taken(reports.map(\.report), within: patience) else { return nil }
        bell.ring()
        let turnedAway = Set(rejected.map(\.index))
        await consumer.acknowledge(reports.indices.filter { !turnedAway.contains($0) }.map { reports[$0].delivery })
        let dead = rejected.filter { !$0.isUnreadable }
        return (
            dead.map { Outcast(delivery: reports[$0.index].delivery, code: "rejected", reason: $0.reason) },
            rejected.filter(\.isUnreadable).map { reports[$0.index].delivery }
        )
    }

    /// Offers reports until the ledger has an answer; `nil` when it came too late, or the task was cancelled before.
    ///
    /// What went back is offered on: nothing shows better that the ledger takes reports again.
    private func taken(_ reports: [ReceivedReport], within patience: Duration) async -> [RejectedReport]? {
        let givingBack = Task { await giveBack(after: patience) }
        let answer = await answer(to: reports)
        givingBack.cancel()
        guard await givingBack.value else { return answer }
        if answer != nil {
            logger.info("the ledger is back: reports are taken again")
            await consumer.resume()
        }
        return nil
    }

    /// - Returns: whether it came to that; not when it was cancelled before.
    private func giveBack(after patience: Duration) async -> Bool {
        guard (try? await Task.sleep(for: patience)) != nil else { return false }
        logger.warning("reports go back to their queue until the ledger is back", metadata: ["after": "\(patience)"])
        await consumer.pause()
        return true
    }

    /// `nil` when the task was cancelled before there was one.
    private func answer(to reports: [ReceivedReport]) async -> [RejectedReport]? {
        var pause = Pause()
        while !Task.isCancelled {
            do {
                return try await ledger.take(reports)
            } catch {
                logger.warning("reports wait for the ledger", metadata: ["reports": "\(reports.count)", "error": "\(error)"])
                await pause.rest()
            }
        }
        return nil
    }

    /// What the broker did not set aside goes back to the queue, and so does what a newer watchdog has to take: as copies, for a
    /// broker that counts deliveries (RabbitMQ 4 does, up to 20) would drop what is given back again and again.
    private func settle(_ dead: [Outcast], _ newer: [Delivery]) async {
        let (buried, unburied) = await deadLetters.bury(dead)
        await consumer.acknowledge(buried)
        let kept = unburied + newer
        guard !kept.isEmpty else { return }
        logger.warning("reports go back to their queue", metadata: ["reports": "\(kept.count)"])
        try? await Task.sleep(for: Self.pause)
        let (copied, uncopied) = await deadLetters.copyBack(kept)
        await consumer.acknowledge(copied)
        for delivery in uncopied { await consumer.reject(delivery, requeue: true) }
    }
}

extension Consumer {
    /// A batch came whole on one connection, and goes back whole.
    fileprivate func holds(_ batch: ReportDesk.Sorted) -> Bool {
        batch.first.map(holds) ?? false
    }
}

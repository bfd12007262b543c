import AsyncAlgorithms
import Ledger
import Logging
import RabbitMQ

/// Takes reports into the ledger: a batch, a transaction, and only then the acknowledgement.
///
/// While the ledger takes one batch the next is read, and no more than one: the transactions keep the order of the queue.
///
/// While the ledger is away the batch is offered again and again; nothing is acknowledged, so nothing is lost, and the broker
/// delivers no more than the prefetch. If the connection to the broker breaks meanwhile, the same reports come once more: the
/// ledger takes a report twice as it takes it once.
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

    /// Until the graceful shutdown: then what has come is still taken, and nothing more comes.
    func run() async {
        let batches = AsyncChannel<ReportDesk.Sorted>()
        async let reading: Void = read(into: batches)
        for await batch in batches { await take(batch) }
        await reading
    }

    private func read(into batches: AsyncChannel<ReportDesk.Sorted>) async {
        await consumer.forEachBatch(upTo: Self.batch) { await batches.send(await desk.sort($0)) }
        batches.finish()
    }

    private func take(_ sorted: ReportDesk.Sorted) async {
        guard let rejected = await rejected(of: sorted.reports) else { return }
        for (_, marker) in sorted.markers { await term.markerCameBack(marker) }
        await consumer.acknowledge(sorted.markers.map { $0.delivery })
        await settle(sorted.dead + rejected, sorted.newer)
    }

    /// Takes reports in and acknowledges them, but for those that the ledger turned away; `nil` when the task was cancelled.
    private func rejected(of reports: [ReportDesk.Readable]) async -> [Outcast]? {
        guard !reports.isEmpty else { return [] }
        guard let rejected = await taken(reports.map(\.report)) else { return nil }
        bell.ring()
        let turnedAway = Set(rejected.map(\.index))
        await consumer.acknowledge(reports.indices.filter { !turnedAway.contains($0) }.map { reports[$0].delivery })
        return rejected.map { Outcast(delivery: reports[$0.index].delivery, code: "rejected", reason: $0.reason) }
    }

    /// Offers reports until the ledger has an answer; `nil` when the task was cancelled before.
    private func taken(_ reports: [ReceivedReport]) async -> [RejectedReport]? {
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

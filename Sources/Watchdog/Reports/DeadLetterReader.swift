import Ledger
import Logging
import RabbitMQ

/// Takes what was set aside in `continuo.dead` into the ledger, where operators find it: a batch, a transaction, and only then the
/// acknowledgement. So none is lost, and one that comes again after a crash in between is known by its id. What others than our
/// programs put there has none, and may be there twice then.
struct DeadLetterReader: Sendable {
    static let batch = 50

    let ledger: Ledger
    let consumer: Consumer
    let logger: Logger

    /// Until the graceful shutdown.
    func run() async {
        await consumer.forEachBatch(upTo: Self.batch) { await bury($0) }
    }

    /// Offers them until the ledger has them, or the task is cancelled: then they stay in their queue.
    private func bury(_ deliveries: [Delivery]) async {
        let letters = deliveries.map { (letter: DeadLetter($0), body: $0.body) }
        var pause = Pause()
        while !Task.isCancelled {
            do {
                try await ledger.bury(letters)
                return await consumer.acknowledge(deliveries)
            } catch {
                logger.warning(
                    "dead letters wait for the ledger", metadata: ["letters": "\(letters.count)", "error": "\(error)"])
                await pause.rest()
            }
        }
    }
}

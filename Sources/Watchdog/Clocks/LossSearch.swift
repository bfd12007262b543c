import FoundationEssentials
import Ledger
import Logging
import Model
import RabbitMQ
import Wire

/// Finds commands that their queue has lost, and has them sent again (`LossJudge`).
struct LossSearch {
    let ledger: Ledger
    let broker: BrokerConfiguration
    let logger: Logger
    private var judge = LossJudge<ContinuousClock.Instant>()

    init(ledger: Ledger, broker: BrokerConfiguration, logger: Logger) {
        self.ledger = ledger
        self.broker = broker
        self.logger = logger
    }

    private struct Queue: Hashable {
        var driver: DriverKind
        var site: String
    }

    /// - Parameter mayJudge: whether all reports have been read; without that what was suspected before counts no more.
    mutating func turn(as leader: UUID, mayJudge: Bool, limit: Int) async throws -> Int {
        // First what the broker has confirmed, then what it holds: what comes between the two is in neither.
        let missing = mayJudge ? try await ledger.missingCommands(limit: limit) : []
        let empty = missing.isEmpty ? [] : try await emptyQueues(of: missing)
        let inNoQueue = missing.filter { empty.contains(Queue(driver: $0.driver, site: $0.site)) }
        let lost = Set(judge.judge(missing: inNoQueue.map(\.attempt), at: .now))
        guard !lost.isEmpty else { return 0 }
        logger.warning("commands were lost by their queue and are sent again", metadata: ["commands": "\(lost.count)"])
        return try await ledger.sendAgain(inNoQueue.filter { lost.contains($0.attempt) }, as: leader)
    }

    private func emptyQueues(of missing: [MissingCommand]) async throws -> Set<Queue> {
        let queues = Array(Set(missing.map { Queue(driver: $0.driver, site: $0.site) }))
        let counts = try await QueueGauge(broker, name: "continuo-watchdog gauge")
            .counts(in: queues.map { Queues.topology(driver: $0.driver, site: $0.site) })
        return Set(queues.filter { counts[Queues.commands($0.driver, $0.site)]?.isCertainlyEmpty == true })
    }
}

import Ledger
import Logging
import RabbitMQ
import Wire

/// What has to happen by time alone, each in a rhythm of its own, while this watchdog leads.
struct Clocks: Sendable {
    /// Rows of one pass; a pass that did all it may is run again at once.
    private static let limit = 500

    let ledger: Ledger
    let broker: BrokerConfiguration
    let publisher: Publisher
    let signer: Signer
    let term: Term
    let bell: RelayBell
    let logger: Logger

    /// Until its task is cancelled.
    func run() async {
        let (ledger, leader, limit) = (ledger, term.leader, Self.limit)
        await withTaskGroup { group in
            group.addTask {
                await every(.milliseconds(200), "retries") { try await ledger.sendDueRetries(as: leader, limit: limit) }
            }
            group.addTask {
                await every(.milliseconds(500), "waiting") { try await ledger.dispatchWaiting(as: leader, limit: limit) }
            }
            group.addTask { await every(.milliseconds(300), "pools") { try await ledger.fillPools(as: leader, limit: limit) } }
            group.addTask {
                await every(.milliseconds(300), "parents") { try await ledger.followParents(as: leader) }
            }
            group.addTask {
                await every(.milliseconds(500), "expiry") { try await ledger.expireLeases(as: leader, limit: limit) }
            }
            group.addTask {
                await every(.seconds(1), "failed chains") { try await ledger.replaceFailed(as: leader, limit: Self.limit) }
            }
            group.addTask {
                await every(.seconds(5), "late hosts") { try await ledger.probeAgain(as: leader, limit: Self.limit) }
            }
            group.addTask {
                await every(.seconds(60), "kept answers") { try await ledger.forgetAnswers(as: leader, limit: limit) }
            }
            group.addTask {
                await every(.seconds(10), "orphans") { try await ledger.sweepOrphans(as: leader, limit: limit) }
            }
            group.addTask { await every(.seconds(3600), "what is over") { try await ledger.prune(as: leader, limit: limit) } }
            group.addTask {
                var search = LossSearch(ledger: ledger, broker: broker, logger: logger)
                await every(.seconds(5), "lost commands") {
                    try await search.turn(as: leader, mayJudge: term.mayJudge(), limit: limit)
                }
            }
            group.addTask { await every(.seconds(1), "lost attempts") { try await closeLostAttempts() } }
            group.addTask { await every(.milliseconds(200), "observations") { try await observe() } }
        }
    }

    private func closeLostAttempts() async throws -> Int {
        guard await term.mayJudge() else { return 0 }
        return try await ledger.closeLostAttempts(as: term.leader, limit: Self.limit)
    }

    private func observe() async throws -> Int {
        let observer = Observer(ledger: ledger, publisher: publisher, signer: signer, logger: logger)
        return try await observer.ask(as: term.leader, limit: Self.limit)
    }

    /// Repeats a pass. A failure is logged and answered with a rest.
    private func every(_ period: Duration, _ name: String, _ pass: () async throws -> Int) async {
        var pause = Pause()
        while !Task.isCancelled {
            do {
                try await turn(pass)
                pause.end()
            } catch {
                logger.warning("a clock rests", metadata: ["clock": "\(name)", "error": "\(error)"])
                await pause.rest()
            }
            try? await Task.sleep(for: period)
        }
    }

    /// A pass, and again while it does all it may. Whatever it did may have put commands into the outbox.
    private func turn(_ pass: () async throws -> Int) async throws {
        do {
            while await term.isLeading {
                let count = try await pass()
                if count > 0 { bell.ring() }
                if count < Self.limit { return }
            }
        } catch LedgerError.notLeading {
            // The database's clock is right; the next renewal of the term finds it out.
        }
    }
}

import Ledger
import Logging
import RabbitMQ
import Wire

/// What has to happen by time alone, each in a rhythm of its own, while this watchdog leads.
struct Clocks: Sendable {
    /// Passes over at most so many rows a transaction; one that did all it may is run again at once.
    private static let limit = 500

    let ledger: Ledger
    let publisher: Publisher
    let signer: Signer
    let term: Term
    let bell: RelayBell
    let logger: Logger

    /// Until its task is cancelled.
    func run() async {
        let (ledger, leader) = (ledger, term.leader)
        await withTaskGroup { group in
            group.addTask {
                await every(.milliseconds(200), "retries") { try await ledger.sendDueRetries(as: leader, limit: Self.limit) }
            }
            group.addTask {
                await every(.milliseconds(500), "dispatch") { try await ledger.dispatchWaiting(as: leader, limit: Self.limit) }
            }
            group.addTask {
                await every(.milliseconds(300), "pools") { try await ledger.fillPools(as: leader, limit: Self.limit) }
            }
            group.addTask {
                await every(.milliseconds(500), "expiry") { try await ledger.expireLeases(as: leader, limit: Self.limit) }
            }
            group.addTask { await every(.seconds(1), "lost attempts") { try await closeLostAttempts() } }
            group.addTask { await every(.milliseconds(200), "observations") { try await observe() } }
        }
    }

    private func closeLostAttempts() async throws -> Int {
        guard await term.mayJudge else { return 0 }
        return try await ledger.closeLostAttempts(as: term.leader, limit: Self.limit)
    }

    private func observe() async throws -> Int {
        try await Observer(ledger: ledger, publisher: publisher, signer: signer, logger: logger).ask(
            as: term.leader, limit: Self.limit)
    }

    /// Repeats a pass. A failure is logged and answered with a rest; a term that another holds is no failure.
    private func every(_ period: Duration, _ name: String, _ pass: () async throws -> Int) async {
        var pause = Pause()
        while !Task.isCancelled {
            do {
                while await term.isLeading {
                    let count = try await pass()
                    if count > 0, name != "observations" { bell.ring() }
                    guard count >= Self.limit else { break }
                }
                pause.end()
            } catch LedgerError.notLeading {
                // The database's clock is right; the term's renewal finds it out.
            } catch {
                logger.warning("a clock rests", metadata: ["clock": "\(name)", "error": "\(error)"])
                await pause.rest()
            }
            try? await Task.sleep(for: period)
        }
    }
}

import FoundationEssentials
import Ledger
import Logging
import Model
import PostgreSQL
import RabbitMQ
import ServiceLifecycle
import Wire

/// All that a watchdog does, from the moment on when the ledger has said whose it is.
struct Duty: Service, CustomStringConvertible {
    let ledger: Ledger
    let pool: PostgreSQL.Pool
    let broker: BrokerConfiguration
    let publisher: Publisher
    /// Paused: until the ledger has answered once, no report may lie here (`ReportReader`).
    let consumer: Consumer
    let deadConsumer: Consumer
    let root: RootKey
    /// This process among those that would lead.
    let leader: UUID
    let logger: Logger

    func run() async throws {
        guard let installation = await cancelWhenGracefulShutdown({ await installation() }) else { return }
        let (signer, verifier) = (
            Signer(root: root, installation: installation), Verifier(root: root, installation: installation)
        )
        let bell = RelayBell(pool: pool, logger: logger)
        let term = Term(ledger: ledger, publisher: publisher, signer: signer, leader: leader, logger: logger)
        let reader = ReportReader(
            ledger: ledger, consumer: consumer, desk: ReportDesk(verifier: verifier), term: term,
            deadLetters: DeadLetters(publisher: publisher, logger: logger), bell: bell, logger: logger)
        let clocks = Clocks(
            ledger: ledger, broker: broker, publisher: publisher, signer: signer, term: term, bell: bell, logger: logger)
        await consumer.resume()
        await withTaskGroup { group in
            group.addTask { await cancelWhenGracefulShutdown { await bell.run() } }
            group.addTask { await cancelWhenGracefulShutdown { await term.run() } }
            group.addTask { await cancelWhenGracefulShutdown { await clocks.run() } }
            group.addTask { await reader.run() }
            group.addTask { await DeadLetterReader(ledger: ledger, consumer: deadConsumer, logger: logger).run() }
        }
        await term.giveUp()
    }

    var description: String { "watchdog's duty" }

    /// Waits for a ledger of a version that this program works on; `nil` when the program is to end before.
    private func installation() async -> InstallationID? {
        var pause = Pause()
        while !Task.isCancelled {
            do {
                try await ledger.checkVersion()
                return try await ledger.installation()
            } catch {
                logger.warning("waiting for the ledger", metadata: ["error": "\(error)"])
                await pause.rest()
            }
        }
        return nil
    }
}

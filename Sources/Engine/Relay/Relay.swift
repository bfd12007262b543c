import CrashPoints
import Ledger
import Logging
import Model
import RabbitMQ
import ServiceLifecycle
import Wire

/// Carries commands from the outbox to the broker.
///
/// It claims rows for a while, publishes outside of any transaction, and then says of each row what became of it:
/// * confirmed: the row is removed. When that fails, the claim ends and the row is claimed again, marked as a repeat.
/// * certainly not at the broker (unsent, returned, refused): given back, to be claimed again after a delay, not as a repeat.
/// * unknown: nothing is said. The claim ends, the row is claimed again by any engine, marked as a repeat, and no agent acts on
///   a repeat.
///
/// It dies at any point without harm for the same reason: what it had claimed comes again, as a repeat. So does what it could not
/// publish in its time (`Claim`), because it was stopped or the database was slow. While the broker is away
/// or blocks it claims nothing. Any number of engines relay at once: the claims keep them apart.
struct Relay: Service {
    private static let batch = 100
    private static let delay = Duration.seconds(1)

    let ledger: Ledger
    let publisher: Publisher
    let broker: BrokerWatch
    let seal: WireSeal
    let bell: Bell
    let logger: Logger
    /// Of rows that are asked for now.
    var claim: @Sendable () -> Claim = { Claim(askedAt: .now) }

    /// Until the graceful shutdown; a batch that is under way is finished.
    func run() async throws {
        await withTaskGroup { group in
            group.addTask { await cancelWhenGracefulShutdown { await bell.run() } }
            for await _ in bell.sounds where broker.isConnected {
                await relayAll()
            }
        }
    }

    /// Until the outbox holds nothing to claim, or something is wrong.
    private func relayAll() async {
        do {
            while broker.isConnected, try await relayBatch() == Self.batch {}
        } catch {
            logger.warning("commands wait in the outbox", metadata: ["error": "\(error)"])
        }
    }

    private func relayBatch() async throws -> Int {
        let signer = try await seal.signer()
        CrashPoint.beforeClaim.reach()
        let claim = claim()
        let claimed = try await ledger.claimCommands(limit: Self.batch, for: claim.length)
        guard claimed.count > 0 else { return 0 }
        CrashPoint.afterClaim.reach()
        var outcomes = Outcomes()
        outcomes.leave(claimed.unreadable, logger)
        var messages: [(id: Int, message: Message)] = []
        for command in claimed.commands {
            do {
                messages.append((command.outboxID, try command.message(signer)))
            } catch {
                outcomes.setAside(command, error, logger)
            }
        }
        let confirmations = await publisher.publish(messages.map(\.message), until: claim.publishUntil)
        for (sent, confirmation) in zip(messages, confirmations) { outcomes.note(sent.id, confirmation, logger) }
        try await settle(outcomes, claim)
        return claimed.count
    }

    private func settle(_ outcomes: Outcomes, _ claim: Claim) async throws {
        if !outcomes.confirmed.isEmpty { try await mark(outcomes.confirmed) }
        guard !outcomes.givenBack.isEmpty else { return }
        guard claim.holds(at: .now) else {
            return logger.warning("claimed too long ago to be given back", metadata: ["commands": "\(outcomes.givenBack.count)"])
        }
        try await ledger.unpublished(outcomes.givenBack, retryIn: Self.delay)
    }

    private func mark(_ confirmed: [Int]) async throws {
        CrashPoint.beforeMark.reach()
        try await ledger.published(confirmed)
        CrashPoint.afterMark.reach()
    }
}

extension Relay: CustomStringConvertible {
    var description: String { "relay" }
}

/// What became of a batch; rows in neither list stay claimed.
struct Outcomes {
    var confirmed: [Int] = []
    var givenBack: [Int] = []

    mutating func note(_ id: Int, _ confirmation: Confirmation, _ logger: Logger) {
        switch confirmation {
        case .confirmed: confirmed.append(id)
        case .returned, .refused, .unsent: givenBack.append(id)
        case .unknown: break
        }
        guard confirmation != .confirmed else { return }
        logger.debug("a command was not confirmed", metadata: ["outbox": "\(id)", "confirmation": "\(confirmation)"])
    }

    /// What a newer engine wrote, it publishes.
    mutating func leave(_ unreadable: [Int], _ logger: Logger) {
        guard !unreadable.isEmpty else { return }
        givenBack += unreadable
        logger.warning("commands wait for a newer engine", metadata: ["commands": "\(unreadable.count)"])
    }

    /// A command that can't be made into a message is tried again later: a newer engine may be able to.
    mutating func setAside(_ command: OutgoingCommand, _ error: any Error, _ logger: Logger) {
        givenBack.append(command.outboxID)
        logger.error(
            "a command can't be made into a message", metadata: ["operation": "\(command.operation.id)", "error": "\(error)"])
    }
}

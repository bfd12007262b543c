internal import Drivers
internal import Logging
internal import Model
internal import RabbitMQ
internal import Wire

/// Answers queries for live data, each sealed to the one-time key that came with it. A query that comes while this agent has no
/// term goes back into the queue.
struct QueryDesk: Sendable {
    /// How many queries are answered at a time. Most of them wait, up to 10 s each, for somebody's log to go on.
    static let prefetch = 256
    /// How long a query is kept for a term to begin: short, for another agent may have one, and whoever asks does not wait long;
    /// but no shorter, for the queue is not to be turned over and over.
    private static let patience = Duration.seconds(1)

    let queue: String
    let consumer: Consumer
    let verifier: Verifier
    let reporter: Reporter
    let performer: Performer
    let logger: Logger

    func handle(_ delivery: Delivery) async {
        do {
            let query = try verifier.open(delivery, as: Query.self, kind: .query, from: queue)
            guard let answer = await answer(query.payload) else { return await consumer.reject(delivery, requeue: true) }
            let sealed = try SealedAnswer(answer, to: query.payload.replyKey, query: query.id)
            await reporter.answer(sealed, to: query.id, delivery)
            await consumer.acknowledge([delivery])
        } catch {
            await reporter.turnAway(delivery, error, to: consumer)
        }
    }

    /// `nil`: this agent has no term now; another one may have.
    private func answer(_ query: Query) async -> Answer? {
        do throws(WorkError) {
            switch query.ask {
            case .connection(let work): return .connection(try await connection(work, on: query.host))
            case .log(let request): return .log(try await log(request, on: query.host))
            }
        } catch {
            return error.code == .termEnded ? nil : .failed(error)
        }
    }

    private func connection(_ work: ChainWork, on host: HostTarget) async throws(WorkError) -> Answer.Connection {
        let context = try await performer.context(for: host, patience: Self.patience)
        let driver = performer.driver
        guard let observed = try await driver.observe(host, context).chains.first(where: { $0.id == work.id }) else {
            throw WorkError(.transient, .notHealthy, "the chain is not on its host now")
        }
        let vault = try await open(work, on: host, context)
        return try ConnectionResolver(work: work, host: host, observed: observed, vault: vault).connection()
    }

    private func log(_ request: LogRequest, on host: HostTarget) async throws(WorkError) -> LogPiece {
        let context = try await performer.context(for: host, patience: Self.patience)
        return try await performer.driver.logs(request, on: host, context)
    }

    private func open(_ work: ChainWork, on host: HostTarget, _ context: WorkContext) async throws(WorkError) -> Vault {
        guard work.plan.needsVault else { return Vault(secrets: [:]) }
        let incarnation = work.desired.incarnation
        guard let sealed = try await performer.driver.vault(of: work.id, incarnation: incarnation, on: host, context) else {
            throw WorkError(.transient, .vaultUnreadable, "the chain has no vault on its host yet")
        }
        return try context.vaults.open(sealed, chain: work.id, incarnation: incarnation)
    }
}

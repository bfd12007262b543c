import FoundationEssentials
import Ledger
import Logging
import Model
import RabbitMQ
import Wire

/// Asks agents to look at hosts. What is lost on the way is asked again by the ledger's patience, so requests are neither
/// mandatory nor kept for longer than they make sense.
struct Observer: Sendable {
    /// Seconds an agent holds a request; jittered, so that hosts do not answer in step.
    private static let hold = 45.0...60.0
    private static let patience = Duration.seconds(90)
    private static let expiration = Duration.seconds(60)

    let ledger: Ledger
    let publisher: Publisher
    let signer: Signer
    let logger: Logger

    func ask(as leader: UUID, limit: Int) async throws -> Int {
        guard await publisher.isConnected else { return 0 }
        let requests = try await ledger.claimObservations(as: leader, patience: Self.patience, limit: limit)
        let confirmations = await publisher.publish(try requests.map(message))
        let lost = confirmations.count { $0 != .confirmed }
        if lost > 0 { logger.warning("observe requests were not sent", metadata: ["requests": "\(lost)"]) }
        return requests.count
    }

    private func message(_ request: ObservationRequest) throws -> Message {
        let payload = ObserveRequest(
            host: request.host.target, number: request.number, asOf: request.asOf, digest: request.digest,
            hold: Double.random(in: Self.hold))
        let destination = Destination.observe(request.host.target.driver, request.host.site)
        var message = try signer.message(.observe, to: destination, site: request.host.site, payload: payload)
        message.mandatory = false
        message.persistent = false
        message.expiration = Self.expiration
        return message
    }
}

extension Publisher {
    /// Neither away nor blocked.
    fileprivate var isConnected: Bool {
        get async {
            for await state in states { return state == .connected }
            return false
        }
    }
}

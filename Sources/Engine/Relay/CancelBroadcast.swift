import Ledger
import Logging
import Model
import RabbitMQ
import Wire

/// Asks agents to stop working on an operation; best effort: who does not hear it works on to the end.
struct CancelBroadcast: Sendable {
    /// How long the broker may take; whoever asked for it waits.
    private static let patience = Duration.seconds(1)
    /// Later nobody works on it any more: an attempt lasts 20 minutes at most.
    private static let expiration = Duration.seconds(60)

    let ledger: Ledger
    let publisher: Publisher
    let seal: WireSeal
    let logger: Logger

    func send(_ operation: Model.Operation) async {
        do {
            let host = try await ledger.host(operation.host)
            var message = try await seal.signer().message(
                .control, to: .control, site: host.site, payload: Control.cancel(operation.id))
            message.persistent = false
            message.expiration = Self.expiration
            let confirmation = await publisher.publish([message], timeout: Self.patience)
            guard confirmation != [.confirmed] else { return }
            logger.warning("a cancellation was not told", metadata: ["operation": "\(operation.id)"])
        } catch {
            logger.warning("a cancellation was not told", metadata: ["operation": "\(operation.id)", "error": "\(error)"])
        }
    }
}

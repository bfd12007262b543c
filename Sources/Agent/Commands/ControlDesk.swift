internal import Logging
internal import RabbitMQ
internal import Wire

/// Hears what is told to everyone. Best effort: what is for another site or can't be verified is passed over, for every agent
/// gets a copy and one dead letter each would bury the operators.
struct ControlDesk: Sendable {
    let consumer: Consumer
    let verifier: Verifier
    let registry: WorkRegistry
    let logger: Logger

    func handle(_ delivery: Delivery) async {
        do {
            switch try verifier.open(delivery, as: Control.self, kind: .control, from: Queues.control).payload {
            case .cancel(let operation): registry.cancel(operation)
            }
        } catch {
            if case .foreignSite = error {} else { logger.warning("control message not taken", error: error) }
        }
        await consumer.acknowledge([delivery])
    }
}

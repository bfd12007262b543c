/// What became of a published message.
public enum Confirmation: Sendable, Hashable {
    /// The broker has it, in every queue it was routed to.
    case confirmed
    /// It was `mandatory` and no queue took it (312 NO_ROUTE).
    case returned(code: Int, text: String)
    /// The broker answered `basic.nack`: a queue refused it (a full one with `reject-publish`) or failed.
    case refused
    /// It was sent and no answer came: the broker may have it.
    case unknown(BrokerError)
    /// The broker certainly does not have it.
    case unsent(BrokerError)
}

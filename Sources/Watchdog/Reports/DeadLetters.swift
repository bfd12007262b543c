import Logging
import RabbitMQ
import Wire

/// A delivery that is to be set aside for people to look at.
struct Outcast: Sendable {
    var delivery: Delivery
    /// A word for the header.
    var code: String
    var reason: String
}

/// Sets deliveries aside in `continuo.dead`, each with its own headers and the reason, and copies others back to where they
/// came from.
struct DeadLetters: Sendable {
    let publisher: Publisher
    let logger: Logger

    /// - Returns: those that the broker has now, and those that it may not have: they must not be acknowledged.
    func bury(_ letters: [Outcast]) async -> (buried: [Delivery], kept: [Delivery]) {
        var (buried, kept): ([Delivery], [Delivery]) = ([], [])
        for (letter, confirmation) in zip(letters, await publisher.publish(letters.map(\.message))) {
            logger.warning(
                "a report is not taken",
                metadata: ["code": "\(letter.code)", "reason": "\(letter.reason)", "set-aside": "\(confirmation == .confirmed)"])
            if confirmation == .confirmed { buried.append(letter.delivery) } else { kept.append(letter.delivery) }
        }
        return (buried, kept)
    }

    /// - Returns: those of which a copy is at the end of their queue now, and those of which none may be.
    func copyBack(_ deliveries: [Delivery]) async -> (copied: [Delivery], uncopied: [Delivery]) {
        let confirmations = await publisher.publish(deliveries.map { .copy(of: $0, to: Queues.reports) })
        let pairs = zip(deliveries, confirmations)
        return (pairs.filter { $1 == .confirmed }.map { $0.0 }, pairs.filter { $1 != .confirmed }.map { $0.0 })
    }
}

extension Outcast {
    fileprivate var message: Message { .dead(delivery, reason: code, detail: reason) }
}

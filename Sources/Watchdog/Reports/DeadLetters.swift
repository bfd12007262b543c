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

/// Sets deliveries aside in `continuo.dead`, each with its own headers and the reason.
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
}

extension Outcast {
    fileprivate var message: Message { .dead(delivery, reason: code, detail: reason) }
}

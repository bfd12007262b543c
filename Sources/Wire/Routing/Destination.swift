public import FoundationEssentials
public import Model

/// A place on the road: how the broker reaches it, and the name that is signed into every message that goes there.
public struct Destination: Sendable, Hashable {
    public let exchange: String
    public let routingKey: String
    public let name: String

    /// The agents of a driver and site: commands.
    public static func commands(_ driver: DriverKind, _ site: String) -> Destination {
        Destination(
            exchange: Queues.commandsExchange, routingKey: "\(driver.rawValue).\(site)", name: Queues.commands(driver, site))
    }

    /// The agents of a driver and site: observe requests.
    public static func observe(_ driver: DriverKind, _ site: String) -> Destination {
        queue(Queues.observe(driver, site))
    }

    /// The agents of a driver and site: live queries.
    public static func queries(_ driver: DriverKind, _ site: String) -> Destination {
        queue(Queues.queries(driver, site))
    }

    /// All agents.
    public static let control = Destination(exchange: Queues.control, routingKey: "", name: Queues.control)

    /// The watchdogs, with the routing key of what is said.
    public static func reports(_ site: String) -> Destination {
        Destination(exchange: Queues.reportsExchange, routingKey: site, name: Queues.reports)
    }

    /// Whoever asked the query with this id, at the address that came with it.
    public static func answer(to query: UUID, at replyTo: String) -> Destination {
        Destination(exchange: "", routingKey: replyTo, name: answerName(query))
    }

    /// What an asker expects as the destination of the answer.
    public static func answerName(_ query: UUID) -> String {
        "answer/\(query.uuidString.lowercased())"
    }

    private static func queue(_ name: String) -> Destination {
        Destination(exchange: "", routingKey: name, name: name)
    }
}

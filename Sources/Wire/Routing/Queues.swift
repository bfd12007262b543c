public import Model
public import RabbitMQ

/// The names and arguments of everything that is declared at the broker.
///
/// They are fixed for ever: another argument on an old name is refused by the broker (406), so a change means a new name.
/// What may vary (lengths, expiry) is a policy at the broker.
public enum Queues {
    public static let commandsExchange = "continuo.commands"
    public static let reportsExchange = "continuo.reports"
    public static let control = "continuo.control"
    public static let reports = "continuo.reports"
    /// What could not be taken, each with the header `continuo-reason`.
    public static let dead = "continuo.dead"
    /// Another one for each message that is set aside: delivered twice, it is still one.
    public static let deadID = "continuo-dead-id"
    public static let deadReason = "continuo-reason"
    /// Headers of the same: the reason for people, and the way the message had come.
    public static let deadDetail = "continuo-detail"
    public static let deadExchange = "continuo-exchange"
    public static let deadRoutingKey = "continuo-routing-key"

    public static func commands(_ driver: DriverKind, _ site: String) -> String {
        "continuo.commands.\(driver.rawValue).\(site)"
    }

    public static func observe(_ driver: DriverKind, _ site: String) -> String {
        "continuo.observe.\(driver.rawValue).\(site)"
    }

    public static func queries(_ driver: DriverKind, _ site: String) -> String {
        "continuo.queries.\(driver.rawValue).\(site)"
    }

    /// One agent's own end of `control`; exclusive, so only the connection that reads it may declare it.
    public static func control(_ agent: AgentID) -> String {
        "\(control).\(agent)"
    }

    /// What everyone declares.
    public static func topology() -> Topology {
        Topology(
            exchanges: [
                Topology.Exchange(name: commandsExchange, kind: .topic),
                Topology.Exchange(name: reportsExchange, kind: .topic),
                Topology.Exchange(name: control, kind: .fanout),
            ],
            queues: [Topology.Queue(name: reports, kind: .quorum), Topology.Queue(name: dead, kind: .quorum)],
            bindings: [Topology.Binding(exchange: reportsExchange, queue: reports, routingKey: "#")])
    }

    /// The same with the queues of one driver and site: an agent's, and of whoever sends to it.
    public static func topology(driver: DriverKind, site: String) -> Topology {
        var topology = topology()
        topology.queues += [
            Topology.Queue(name: commands(driver, site), kind: .quorum),
            transient(observe(driver, site), milliseconds: 90_000),
            transient(queries(driver, site), milliseconds: 10_000),
        ]
        topology.bindings.append(
            Topology.Binding(
                exchange: commandsExchange, queue: commands(driver, site),
                routingKey: Destination.commands(driver, site).routingKey))
        return topology
    }

    /// For the one connection that reads an agent's control queue.
    public static func controlTopology(agent: AgentID) -> Topology {
        Topology(
            exchanges: [Topology.Exchange(name: control, kind: .fanout)],
            queues: [Topology.Queue(name: control(agent), kind: .classic, durable: false, exclusive: true)],
            bindings: [Topology.Binding(exchange: control, queue: control(agent))])
    }

    /// A queue whose messages lose their worth.
    private static func transient(_ name: String, milliseconds: Int64) -> Topology.Queue {
        Topology.Queue(name: name, kind: .classic, arguments: ["x-message-ttl": .integer(milliseconds)])
    }
}

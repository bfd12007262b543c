public import Model
public import RabbitMQ
public import Wire

/// Who an agent is and how much it takes.
public struct AgentConfiguration: Sendable {
    public var id: AgentID
    /// For people: host name and process id.
    public var name: String
    public var version: String
    public var site: SiteFile
    public var driver: DriverKind
    /// The message schemas that it reads.
    public var schemas: [Int]
    public var broker: BrokerConfiguration
    public var allow: EndpointAllowList
    /// How many commands it works on at a time, 1 to 1,000.
    public var concurrency: Int
    /// How long work may go on after the shutdown was asked for; then it is given back.
    public var grace: Duration
    /// How long one attempt may last.
    public var attemptLimit: Duration
    /// How long after its receipt a command may still be said to be started.
    public var startLimit: Duration
    /// How long a confirmed heartbeat lets it act.
    public var termLength: Duration

    public init(
        id: AgentID = .fresh(), name: String, version: String, site: SiteFile, driver: DriverKind,
        schemas: [Int] = Array(WireLimits.schemas), broker: BrokerConfiguration,
        allow: EndpointAllowList, concurrency: Int = 4, grace: Duration = .seconds(30),
        attemptLimit: Duration = .seconds(20 * 60), startLimit: Duration = .seconds(20),
        termLength: Duration = .seconds(15)
    ) {
        self.id = id
        self.name = name
        self.version = version
        self.site = site
        self.driver = driver
        self.schemas = schemas
        self.broker = broker
        self.allow = allow
        self.concurrency = min(max(concurrency, 1), 1000)
        self.grace = grace
        self.attemptLimit = attemptLimit
        self.startLimit = startLimit
        self.termLength = termLength
    }
}

import FoundationEssentials
import Ledger
public import Logging
public import PostgreSQL
public import RabbitMQ
public import ServiceLifecycle
public import Wire

/// Takes what agents report into the ledger, and owns the clocks.
///
/// Reports are shared among any number of watchdogs; the clocks run on the one that holds the leader's term. No loss of a server
/// ends it: reports wait in their queue while the database is away, and the clocks rest; both go on by themselves.
public struct Watchdog: Sendable {
    /// In the order of their start.
    public let services: [any Service]

    public struct Configuration: Sendable {
        public var database: DatabaseConfiguration
        public var broker: BrokerConfiguration
        public var root: RootKey

        public init(database: DatabaseConfiguration, broker: BrokerConfiguration, root: RootKey) {
            self.database = database
            self.broker = broker
            self.root = root
        }
    }

    private static let connections = 4
    private static let waitLimit = Duration.seconds(5)
    /// A batch that is taken in, and half of the next. Reports may be large, and what the broker hands ahead lies in memory.
    private static let prefetch = ReportReader.batch * 3 / 2

    public init(_ configuration: Configuration, logger: Logger) {
        let pool = Pool(configuration.database, size: Self.connections, waitLimit: Self.waitLimit, logger: logger)
        let publisher = Publisher(configuration.broker, topology: Queues.topology(), name: "continuo-watchdog", logger: logger)
        let consumer = Consumer(
            configuration.broker, topology: Queues.topology(), queue: Queues.reports, prefetch: Self.prefetch,
            name: "continuo-watchdog reports", isPaused: true, logger: logger)
        let deadConsumer = Consumer(
            configuration.broker, topology: Queues.topology(), queue: Queues.dead, prefetch: DeadLetterReader.batch,
            name: "continuo-watchdog dead letters", logger: logger)
        let duty = Duty(
            ledger: Ledger(pool: pool), pool: pool, broker: configuration.broker, publisher: publisher, consumer: consumer,
            deadConsumer: deadConsumer,
            root: configuration.root, leader: UUID(), logger: logger)
        services = [pool, publisher, consumer, deadConsumer, duty]
    }
}

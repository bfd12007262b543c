public import Blueprints
import Ledger
public import Logging
public import PostgreSQL
public import RabbitMQ
public import ServiceLifecycle
public import Wire

/// The orchestration layer: answers HTTP, and relays commands from the outbox to the broker.
///
/// It starts and stays up whether or not the database and the broker are there: without the database calls answer 503, without
/// the broker commands wait in the outbox.
public struct Engine: Sendable {
    /// In the order of their start; they end in the reverse order, so that answers can still be given.
    public let services: [any Service]

    public struct Configuration: Sendable {
        public var listen: ListenAddress
        public var database: DatabaseConfiguration
        public var broker: BrokerConfiguration
        public var root: RootKey
        public var limits: Limits
        public var origins: AllowedOrigins
        public var images: ImageAllowList
        /// Reads what the listener shows itself with, again and again; `nil`: it speaks in clear.
        public var identity: (@Sendable () throws -> ServerIdentity)?

        public init(
            listen: ListenAddress, database: DatabaseConfiguration, broker: BrokerConfiguration, root: RootKey,
            limits: Limits = Limits(), origins: AllowedOrigins = AllowedOrigins(), images: ImageAllowList = ImageAllowList(),
            identity: (@Sendable () throws -> ServerIdentity)? = nil
        ) {
            self.listen = listen
            self.database = database
            self.broker = broker
            self.root = root
            self.limits = limits
            self.origins = origins
            self.images = images
            self.identity = identity
        }
    }

    /// How many calls use the database at a time; others wait for `waitLimit`, then answer 503.
    private static let connections = 8
    private static let waitLimit = Duration.seconds(2)

    /// - Parameter listening: told the URL once the port is open.
    /// - Throws: `ServerIdentity.Unusable`, and what `identity` throws.
    public init(
        _ configuration: Configuration, blueprints: BlueprintCatalogue, logger: Logger,
        listening: @escaping @Sendable (String) -> Void
    ) throws {
        let pool = Pool(configuration.database, size: Self.connections, waitLimit: Self.waitLimit, logger: logger)
        let ledger = Ledger(pool: pool)
        let seal = WireSeal(root: configuration.root, ledger: ledger)
        let publisher = Publisher(
            configuration.broker, topology: Queues.topology(), name: "continuo-engine relay", logger: logger)
        let client = QueryClient(
            configuration.broker, topology: Queues.topology(), name: "continuo-engine queries", logger: logger)
        let broker = BrokerWatch(publisher: publisher)
        let bell = Bell(pool: pool)
        let relay = Relay(ledger: ledger, publisher: publisher, broker: broker, seal: seal, bell: bell, logger: logger)
        let keys = KeyRing(ledger: ledger)
        let metrics = Metrics(ledger: ledger)
        let api = API(
            ledger: ledger, recipes: RecipeBook(blueprints, images: configuration.images), bell: bell,
            queries: AgentQueries(client: client, seal: seal),
            readiness: Readiness(ledger: ledger, broker: broker),
            broadcast: CancelBroadcast(ledger: ledger, publisher: publisher, seal: seal, logger: logger),
            operations: OperationWatch(ledger: ledger, logger: logger), keys: keys, metrics: metrics, logger: logger)
        let front = Front(
            routes: RouteTable(api.routes), keys: keys, bodyLimit: configuration.limits.body, origins: configuration.origins,
            metrics: metrics,
            refused: { deed in
                do { try await ledger.recordRefusal(of: deed, outcome: Problem.Code.forbidden.rawValue) } catch {
                    logger.warning("a refusal is not on record", metadata: ["key": "\(deed.key)", "error": "\(error)"])
                }
            }, logger: logger)
        let certificate = try configuration.identity.map { try ServerCertificate($0, logger: logger) }
        let listener = try Listener.make(
            configuration.listen, limits: configuration.limits, certificate: certificate, front: front, logger: logger,
            listening: listening)
        services = [pool, publisher, client, broker, relay] + (certificate.map { [$0] } ?? []) + [listener]
    }
}

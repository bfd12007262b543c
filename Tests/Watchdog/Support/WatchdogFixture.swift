import FoundationEssentials
import Ledger
import Logging
import Model
import PostgreSQL
import RabbitMQ
import ServiceLifecycle
import TestServers
import Watchdog
import Wire

/// A ledger and a broker for watchdogs, with a site, and a test that speaks as an agent of it.
struct WatchdogFixture: Sendable {
    let ledger: Ledger
    let broker: BrokerConfiguration
    /// Connected while the body runs.
    let publisher: Publisher
    let site: SiteFile
    let other: SiteFile
    let root: RootKey
    let agent = AgentID.fresh()
    let virtualHost: TestVirtualHost
    let database: DatabaseConfiguration

    static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    static func with(_ body: @Sendable (WatchdogFixture) async throws -> Void) async throws {
        try await TestSchema.with { database in
            try await TestVirtualHost.with { host in
                try await run(DatabaseConfiguration(url: database), host, body)
            }
        }
    }

    private static func run(
        _ database: DatabaseConfiguration, _ host: TestVirtualHost, _ body: @Sendable (WatchdogFixture) async throws -> Void
    ) async throws {
        let broker = try BrokerConfiguration(url: host.url)
        let pool = PostgreSQL.Pool(database, size: 2, waitLimit: .seconds(60), logger: quiet)
        let ledger = Ledger(pool: pool)
        try await ledger.migrate()
        let root = RootKey.fresh()
        let installation = try await ledger.installation()
        let publisher = Publisher(
            broker, topology: Queues.topology(driver: .memory, site: "default"), name: "test", logger: quiet)
        let fixture = WatchdogFixture(
            ledger: ledger, broker: broker, publisher: publisher,
            site: SiteFile(site: "default", installation: installation, root: root),
            other: SiteFile(site: "elsewhere", installation: installation, root: root), root: root,
            virtualHost: host, database: database)
        for site in [fixture.site, fixture.other] {
            try await ledger.addSite(name: site.site, publicKey: try site.opener().publicKey.base64)
        }
        try await ledger.addTenant(name: "acme")
        try await withServices([publisher]) { try await body(fixture) }
        await pool.close()
    }

    /// Runs one watchdog while `body` runs.
    func watching<R: Sendable>(_ body: @Sendable () async throws -> R) async throws -> R {
        let watchdog = Watchdog(Watchdog.Configuration(database: database, broker: broker, root: root), logger: Self.quiet)
        return try await withServices(watchdog.services, body)
    }

    func say(_ report: Report, as site: SiteFile? = nil) async throws {
        let site = site ?? self.site
        try await publish(try Signer(site: site).message(.report, to: .reports(site.site), site: site.site, payload: report))
    }

    func publish(_ message: Message) async throws {
        // A broker at which many declare their queues at the same time takes more than ten seconds to let anybody begin.
        let confirmation = await publisher.publish([message], timeout: .seconds(60))[0]
        guard confirmation == .confirmed else { throw NeverHappened(what: "the report was confirmed, but \(confirmation)") }
    }

    /// What comes to a queue, taken off it; `read` decides when it was enough.
    func receive<R: Sendable>(from queue: String, _ read: @Sendable (Delivery) throws -> R?) async throws -> R {
        let consumer = Consumer(
            broker, topology: Queues.topology(driver: .memory, site: "default"), queue: queue, prefetch: 10, name: "test",
            logger: Self.quiet)
        return try await withServices([consumer]) {
            for await delivery in consumer.deliveries {
                await consumer.acknowledge([delivery])
                if let result = try read(delivery) { return result }
            }
            throw NeverHappened(what: "something came to \(queue)")
        }
    }
}

extension WatchdogFixture {
    /// A host whose site has an agent, as far as anybody is to know for the next hour.
    func createHost(site: String = "default", capacity: Int = 2) async throws -> (Host, Model.Operation) {
        let presence = AgentPresence(
            id: .fresh(), name: "agent", site: site, driver: .memory, version: "1", schemas: [1], working: [])
        _ = try await ledger.take([
            ReceivedReport(site: site, receivedAt: Date().addingTimeInterval(3600), report: .heartbeat(presence))
        ])
        return try await ledger.createHost(
            NewHost(
                target: HostTarget(id: .fresh(), driver: .memory, endpoint: "unix:///x", address: "127.0.0.1"),
                name: "host-\(site)", site: site, capacity: capacity))
    }

    /// What an agent would say of the operation's present attempt.
    func reference(_ operation: OperationID) async throws -> Report.AttemptReference {
        let (operation, attempts) = try await ledger.operation(operation)
        guard let attempt = attempts.last else { throw NeverHappened(what: "an attempt was made") }
        return Report.AttemptReference(operation: operation.id, attempt: attempt.id, host: operation.host, agent: agent)
    }

    func succeedProbe(_ operation: OperationID) async throws {
        let attempt = try await reference(operation)
        try await say(.started(attempt))
        try await say(.outcome(attempt, .probed(Self.facts)))
    }

    static let facts = HostFacts(
        version: "1", apiVersion: "1", operatingSystem: "linux", architecture: "x", cpus: 1, memoryBytes: 1)

    static let plan = Plan(
        blueprint: BlueprintReference(name: "tiny", version: 1), secrets: [], nodes: [PlannedNode(name: "only", image: "tiny")],
        connection: [])
}

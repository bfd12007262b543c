import Blueprints
import Foundation
import Ledger
import Logging
import Model
import PostgreSQL
import RabbitMQ
import Wire

@testable import Engine

/// One of each that the API shows, and the API itself on servers that are never asked.
enum RouteSample {
    static var routes: [Route] {
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        guard let database = try? DatabaseConfiguration(url: "postgresql://nobody@127.0.0.1:1/none"),
            let broker = try? BrokerConfiguration(url: "amqp://127.0.0.1:1"), let blueprints = try? BlueprintCatalogue([])
        else { return [] }
        let pool = PostgreSQL.Pool(database, size: 1, waitLimit: .seconds(1), logger: quiet)
        let ledger = Ledger(pool: pool)
        let publisher = Publisher(broker, topology: Queues.topology(), name: "test", logger: quiet)
        let seal = WireSeal(root: .fresh(), ledger: ledger)
        let queries = AgentQueries(
            client: QueryClient(broker, topology: Queues.topology(), name: "test", logger: quiet), seal: seal)
        return API(
            ledger: ledger, recipes: RecipeBook(blueprints), bell: Bell(pool: pool), queries: queries,
            readiness: Readiness(ledger: ledger, broker: BrokerWatch(publisher: publisher)),
            broadcast: CancelBroadcast(ledger: ledger, publisher: publisher, seal: seal, logger: quiet),
            operations: OperationWatch(ledger: ledger, logger: quiet), keys: KeyRing(ledger: ledger),
            metrics: Metrics(ledger: ledger), logger: quiet
        ).routes
    }

    private static let now = Date(timeIntervalSince1970: 0)
    private static let plan = Plan(
        blueprint: BlueprintReference(name: "tiny", version: 1), secrets: [], nodes: [PlannedNode(name: "n", image: "i")],
        connection: [])

    static let host = Host(
        target: HostTarget(id: .fresh(), driver: .docker, endpoint: "unix:///x", address: "x"), name: "one", site: "default",
        capacity: 1, createdAt: now)
    static let chain = Chain(
        id: .fresh(), host: host.id, plan: plan, parameters: .object([:]), subnet: "10.0.0.0/28", ports: [], createdAt: now)
    static let operation = Model.Operation(id: .fresh(), kind: .create, host: host.id, priority: .tenant, createdAt: now)
    static let attempt = Attempt(id: .fresh(), operation: operation.id, number: 1, sentAt: now)
    static let agent = HeardAgent(
        presence: AgentPresence(
            id: .fresh(), name: "a", site: "default", driver: .docker, version: "1", schemas: [1], working: []),
        firstSeenAt: now, lastSeenAt: now)
    static let deadLetter = DeadLetter(at: now, queue: "q", reason: "r", detail: nil, headers: .object([:]), size: 1)
    static let tenant = Tenant(name: "acme", createdAt: now)
    static let key = StoredKey(id: "k", secretHash: [], role: .admin, createdAt: now)
    static let site = Site(name: "default", publicKey: "", createdAt: now)
    static let record = AuditRecord(
        id: .fresh(), at: now, deed: Deed(request: "r", key: "k", role: .admin, tenant: nil, action: "a", target: "t"),
        outcome: "done")
    static let hold = Hold(id: .fresh(), host: host.id, at: now, ledgerSequence: 1, hostSequence: 2, chains: [:])
    static let orphan = Orphan(host: host.id, chain: .fresh(), sequence: 1, objects: [], firstSeenAt: now, lastSeenAt: now)
    static let lease = Lease(id: .fresh(), chain: chain.id, tenant: "acme", status: .active, createdAt: now)
    static let pool = Model.Pool(
        id: .fresh(), name: "p", plan: plan, parameters: .object([:]), warm: .full, createdAt: now)

    static var blueprint: Blueprint {
        get throws {
            try Blueprint(
                yaml: """
                    name: tiny
                    version: 1
                    title: Tiny
                    description: One node.
                    nodes:
                      - {name: only, image: "continuo/tiny:1"}
                    """)
        }
    }
}

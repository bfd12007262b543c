import Ledger
import Logging
import Model
import PostgreSQL
import RabbitMQ
import TestServers
import Testing
import Wire

@testable import Engine

/// A relay that is stopped between its claim and its publishing, or whose database answers slowly.
@Suite(.serialized) struct LateRelayTests {
    @Test("A relay that comes too late publishes nothing: the command stays claimed, and comes again as a repeat")
    func tooLate() async throws {
        try await RelayWorld.with { world in
            let late: @Sendable () -> Claim = { Claim(askedAt: .now, length: .zero, publishing: .zero) }
            try await world.relaying(late) {
                _ = try await eventually("it has claimed the command and looked again") {
                    try await world.claims() > 1 ? true : nil
                }
            }
            let inTime: @Sendable () -> Claim = { Claim(askedAt: .now) }
            let first = try await world.relaying(inTime) { try await world.nextCommand() }
            #expect(first.repeat)
        }
    }
}

/// A ledger with one command in its outbox, and a broker, for relays of a test's own.
private struct RelayWorld: Sendable {
    private let pool: PostgreSQL.Pool
    private let ledger: Ledger
    private let broker: BrokerConfiguration
    private let root = RootKey.fresh()

    private static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    static func with(_ body: @Sendable (RelayWorld) async throws -> Void) async throws {
        try await TestSchema.with { database in
            try await TestVirtualHost.with { host in
                let pool = PostgreSQL.Pool(
                    try DatabaseConfiguration(url: database), size: 2, waitLimit: .seconds(60), logger: quiet)
                let world = RelayWorld(pool: pool, ledger: Ledger(pool: pool), broker: try BrokerConfiguration(url: host.url))
                try await world.fill()
                try await body(world)
                await pool.close()
            }
        }
    }

    private func fill() async throws {
        try await ledger.migrate()
        try await ledger.addSite(name: "default", publicKey: try await site().opener().publicKey.base64)
        _ = try await ledger.createHost(
            NewHost(
                target: HostTarget(id: .fresh(), driver: .memory, endpoint: "unix:///x", address: "x"), name: "one", capacity: 1))
    }

    private func site() async throws -> SiteFile {
        SiteFile(site: "default", installation: try await ledger.installation(), root: root)
    }

    /// Runs a relay with such claims while `body` runs.
    func relaying<R: Sendable>(
        _ claim: @escaping @Sendable () -> Claim, _ body: @Sendable () async throws -> R
    ) async throws -> R {
        let publisher = Publisher(
            broker, topology: Queues.topology(driver: .memory, site: "default"), name: "relay", logger: Self.quiet)
        let watch = BrokerWatch(publisher: publisher)
        let relay = Relay(
            ledger: ledger, publisher: publisher, broker: watch, seal: WireSeal(root: root, ledger: ledger),
            bell: Bell(pool: pool), logger: Self.quiet, claim: claim)
        return try await withServices([publisher, watch, relay], body)
    }

    /// How often the command was claimed.
    func claims() async throws -> Int {
        try await pool.session { try $0.queryOne("SELECT claims FROM outbox").map { try $0["claims"] } ?? 0 }
    }

    func nextCommand() async throws -> Opened<Wire.Command> {
        let queue = Queues.commands(.memory, "default")
        let consumer = Consumer(
            broker, topology: Queues.topology(driver: .memory, site: "default"), queue: queue, prefetch: 1, name: "agent",
            logger: Self.quiet)
        let verifier = try Verifier(site: await site())
        return try await withServices([consumer]) {
            for await delivery in consumer.deliveries {
                await consumer.acknowledge([delivery])
                return try verifier.open(
                    delivery.body, headers: delivery.headers, as: Wire.Command.self, kind: .command, expectedDestination: queue)
            }
            throw NeverHappened(what: "a command came")
        }
    }
}

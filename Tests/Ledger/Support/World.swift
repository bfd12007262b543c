import FoundationEssentials
import Ledger
import Model
import PostgreSQL
import Synchronization

/// A migrated ledger with a site and a tenant, a clock that stands still until it is moved, and an agent that does as it is told.
struct World: Sendable {
    let pool: PostgreSQL.Pool
    let ledger: Ledger
    let time: Time
    let leader = UUID()
    let agent = AgentID.fresh()
    /// Does nothing but to be there.
    let attendant = AgentID.fresh()

    static func with(size: Int = 4, _ body: (World) async throws -> Void) async throws {
        try await TestDatabase.withSchema(size: size) { pool in
            let time = Time()
            let world = World(pool: pool, ledger: Ledger(pool: pool, clock: { time.now }), time: time)
            try await world.ledger.migrate()
            try await world.ledger.addSite(name: "default", publicKey: "key")
            try await world.ledger.addTenant(name: "acme")
            _ = try await world.ledger.holdTerm(leader: world.leader, for: .seconds(600))
            try await body(world)
        }
    }

    /// Stands still until it is moved.
    final class Time: Sendable {
        private let value = Mutex(Date(timeIntervalSince1970: 1_800_000_000))
        var now: Date { value.withLock { $0 } }

        func move(_ seconds: Double) {
            value.withLock { $0 += seconds }
        }
    }
}

// MARK: Things of the world

extension World {
    static func newHost(
        _ name: String, capacity: Int = 8, parallel: Int = 4, ports: ClosedRange<Int> = 20_000...29_999,
        network: String = "10.201.0.0/16"
    ) -> NewHost {
        NewHost(
            target: HostTarget(id: .fresh(), driver: .memory, endpoint: "unix:///\(name)", address: "127.0.0.1"), name: name,
            capacity: capacity, parallel: parallel, ports: ports, network: network)
    }

    /// A host that an agent has reached.
    func activeHost(
        _ name: String = "one", capacity: Int = 8, parallel: Int = 4, ports: ClosedRange<Int> = 20_000...29_999,
        network: String = "10.201.0.0/16"
    ) async throws -> HostID {
        let (host, _) = try await ledger.createHost(
            Self.newHost(name, capacity: capacity, parallel: parallel, ports: ports, network: network))
        try await attend()
        try await serve()
        return host.id
    }

    /// An agent of the hosts' driver and site is heard.
    func attend() async throws {
        try await heartbeat(attendant)
    }

    /// Fills a host, and gives the chains that were made.
    @discardableResult
    func fillUp(_ host: HostID) async throws -> [Chain] {
        _ = try await ledger.fillUp(host, Recipe(plan: Self.plan(), parameters: Self.parameters))
        while try await ledger.followParents(as: leader) > 0 {}
        return try await ledger.chains(ChainFilter(host: host), PageRequest(limit: 200)).items
    }

    static func plan(_ blueprint: String = "regtest", ports: Int = 1) -> Plan {
        let planned = (0..<ports).map { PlannedPort(name: "p\($0)", container: 8000 + $0, scheme: "http") }
        return Plan(
            blueprint: BlueprintReference(name: blueprint, version: 1), secrets: [],
            nodes: [PlannedNode(name: "n1", image: "image", ports: planned)], connection: [])
    }

    static let parameters = JSONValue.object(["nodes": .integer(1), "size": .string("small")])

    static let facts = HostFacts(
        version: "1", apiVersion: "1.41", operatingSystem: "linux", architecture: "x86_64", cpus: 2, memoryBytes: 1 << 30)

    func createChain(on host: HostID? = nil, priority: Priority = .tenant, plan: Plan = Self.plan()) async throws -> (
        Chain, Model.Operation
    ) {
        try await ledger.createChain(NewChain(host: host, plan: plan, parameters: Self.parameters, priority: priority))
    }

    /// A chain that runs.
    func runningChain(on host: HostID? = nil, plan: Plan = Self.plan()) async throws -> ChainID {
        let (chain, _) = try await createChain(on: host, plan: plan)
        try await serve()
        return chain.id
    }

    func apply(
        tenant: String = "acme", holder: String? = nil, allowMultiple: Bool = false, ttl: Double? = nil,
        matching: Application.Matching = Application.Matching(), making: Bool = false
    ) async throws(LedgerError) -> Applied {
        try await ledger.apply(
            Application(
                tenant: tenant, holder: holder, allowMultiple: allowMultiple, ttl: ttl, matching: matching,
                making: making ? Application.Making(plan: Self.plan(), parameters: Self.parameters) : nil))
    }

    func count(_ condition: String) async throws -> Int {
        try await pool.session { try $0.queryOne("SELECT count(*) AS count FROM \(condition)")?.decode("count") ?? 0 }
    }

    func status(_ operation: OperationID) async throws -> OperationStatus {
        try await ledger.operation(operation).0.status
    }
}

// MARK: The agent

extension World {
    func reference(_ command: OutgoingCommand) -> Report.AttemptReference {
        Report.AttemptReference(
            operation: command.operation.id, attempt: command.attempt.id, host: command.host.id, agent: agent)
    }

    func take(_ reports: Report..., digest: String = "") async throws -> [RejectedReport] {
        try await ledger.take(
            reports.map { ReceivedReport(site: "default", receivedAt: time.now, report: $0, digest: digest) })
    }

    /// Claims what is in the outbox and publishes it.
    func receive() async throws -> [OutgoingCommand] {
        let commands = try await ledger.claimCommands(for: .seconds(60)).commands
        try await ledger.published(commands.map(\.outboxID))
        return commands
    }

    /// The only command in the outbox.
    func receiveOne() async throws -> OutgoingCommand {
        let commands = try await receive()
        guard commands.count == 1 else { throw Unexpected("\(commands.count) commands instead of one") }
        return commands[0]
    }

    func start(_ command: OutgoingCommand) async throws {
        try expectTaken(await take(.started(reference(command))))
    }

    func finish(_ command: OutgoingCommand, _ error: WorkError? = nil) async throws {
        try expectTaken(await take(.outcome(reference(command), error.map { .failed($0) } ?? Self.success(command))))
    }

    /// Works until the outbox is empty; everything succeeds.
    @discardableResult
    func serve() async throws -> [OutgoingCommand] {
        var served: [OutgoingCommand] = []
        while case let commands = try await receive(), !commands.isEmpty {
            for command in commands {
                try await start(command)
                try await finish(command)
            }
            served += commands
        }
        return served
    }

    func heartbeat(_ agent: AgentID? = nil, driver: DriverKind = .memory, schemas: [Int] = [1], working: [OperationID] = [])
        async throws
    {
        let presence = AgentPresence(
            id: agent ?? self.agent, name: "agent", site: "default", driver: driver, version: "1", schemas: schemas,
            working: working)
        try expectTaken(await take(.heartbeat(presence)))
    }

    static func success(_ command: OutgoingCommand) -> Report.Outcome {
        switch command.operation.kind {
        case .hostCreate: .probed(facts)
        case .hostDelete, .hostCleanse, .hostSweep: .cleansed
        default: .converged(command.work.map(seen) ?? ObservedChain(id: ChainID(UUID()), nodes: [], sequence: 0))
        }
    }

    /// A chain that looks as its work says.
    static func seen(_ work: ChainWork) -> ObservedChain {
        let state: NodeState? = [.running: .running, .stopped: .exited][work.desired.power]
        let nodes = work.plan.nodes.compactMap { node in
            state.map { state in
                ObservedNode(
                    name: node.name, state: state, health: state == .running ? .healthy : .unknown,
                    restarts: work.desired.restarts(of: node.name), incarnation: work.desired.incarnation,
                    generation: work.desired.generation, ports: work.ports, object: "object")
            }
        }
        return ObservedChain(id: work.id, nodes: nodes, sequence: work.sequence)
    }

    private func expectTaken(_ rejected: [RejectedReport]) throws {
        guard let first = rejected.first else { return }
        throw Unexpected("a report was rejected: \(first.reason)")
    }
}

struct Unexpected: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// The ledger's error that `work` throws; `nil` when it throws none.
func error<R>(_ work: () async throws -> R) async -> LedgerError? {
    do {
        _ = try await work()
        return nil
    } catch {
        return error as? LedgerError
    }
}

extension LedgerError {
    var conflictCode: String? {
        if case .conflict(let code, _) = self { code } else { nil }
    }
}

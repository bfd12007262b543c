import Agent
import Drivers
import Foundation
import Logging
import Model
import RabbitMQ
import ServiceLifecycle
import Wire

/// Both ends of an agent's road in a virtual host of their own: the engine that sends and the watchdog that listens.
struct Stage: Sendable {
    static let site = "north"

    let host: VirtualHost
    let installation = InstallationID.fresh()
    let root = RootKey.fresh()
    let file: SiteFile
    let publisher: Publisher
    let reports: Consumer

    private init(_ host: VirtualHost) throws {
        self.host = host
        file = SiteFile(site: Self.site, installation: installation, root: root)
        let topology = Queues.topology(driver: .memory, site: Self.site)
        publisher = Publisher(try host.configuration(), topology: topology, name: "engine", logger: .quiet)
        reports = Consumer(
            try host.configuration(), topology: topology, queue: Queues.reports, prefetch: 100, name: "watchdog", logger: .quiet)
    }

    @discardableResult
    static func open<R: Sendable>(_ body: @Sendable (Stage) async throws -> R) async throws -> R {
        try await VirtualHost.temporary { host in
            let stage = try Stage(host)
            // Cancelled at the end: what was reported and not asked for must not be waited for.
            let life = Task { try await stage.reports.run() }
            defer { life.cancel() }
            return try await running(stage.publisher) { try await body(stage) }
        }
    }

    var engine: Signer { Signer(root: root, installation: installation) }

    func agent(_ driver: ScriptedDriver, _ change: (inout AgentConfiguration) -> Void = { _ in }) throws -> Agent {
        var configuration = AgentConfiguration(
            name: "agent", version: "0", site: file, driver: .memory, broker: try host.configuration(),
            allow: try EndpointAllowList(["unix:///host"]))
        change(&configuration)
        return try Agent(configuration, driver: driver, logger: .quiet)
    }

    /// Runs an agent while `body` does its work, then ends it gracefully.
    @discardableResult
    func withAgent<R: Sendable>(
        _ driver: ScriptedDriver = ScriptedDriver(), _ change: (inout AgentConfiguration) -> Void = { _ in },
        _ body: () async throws -> R
    ) async throws -> R {
        try await running(try agent(driver, change), body: body)
    }

    func send(_ command: Command, schema: Int? = nil, repeat: Bool = false) async throws {
        try await publish(
            engine.message(
                .command, to: .commands(.memory, Self.site), site: Self.site, payload: command,
                schema: schema ?? command.neededSchema,
                repeat: `repeat`))
    }

    func publish(_ message: Message) async throws {
        // A quorum queue that was declared a moment ago refuses until it has elected its leader; and a broker at which many declare
        // theirs at the same time takes more than ten seconds to let anybody begin.
        while true {
            let confirmations = await publisher.publish([message], timeout: .seconds(60))
            if confirmations == [.confirmed] { return }
            guard confirmations == [.refused] else { throw Unexpected("\(confirmations)") }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// The next reports that are not heartbeats; progress too is left out, for it may be dropped.
    func nextReports(_ count: Int) async throws -> [Report] {
        var found: [Report] = []
        while found.count < count, let delivery = await reports.deliveries.nextBatch(upTo: 1).first {
            await reports.acknowledge([delivery])
            let report = try read(delivery)
            switch report {
            case .heartbeat, .progress: continue
            default: found.append(report)
            }
        }
        return found
    }

    /// The next step that is told of work under way.
    func nextProgress() async throws -> (attempt: AttemptID, step: Model.Progress) {
        while let delivery = await reports.deliveries.nextBatch(upTo: 1).first {
            await reports.acknowledge([delivery])
            if case .progress(let reference, let step) = try read(delivery) { return (reference.attempt, step) }
        }
        throw Unexpected("no progress")
    }

    private func read(_ delivery: Delivery) throws -> Report {
        try Verifier(root: root, installation: installation).open(
            delivery.body, headers: delivery.headers, as: Report.self, kind: .report, expectedDestination: Queues.reports
        ).payload
    }

    func nextReport() async throws -> Report? {
        try await nextReports(1).first
    }

    /// Takes the oldest message of a queue and acknowledges it, or only looks at it.
    func take(from queue: String, acknowledging: Bool = true) async throws -> Delivery? {
        let consumer = Consumer(
            try host.configuration(), topology: Queues.topology(driver: .memory, site: Self.site), queue: queue, prefetch: 1,
            name: "taker", logger: .quiet)
        let life = Task { try await consumer.run() }
        let delivery = await consumer.deliveries.nextBatch(upTo: 1).first
        if acknowledging {
            if let delivery { await consumer.acknowledge([delivery]) }
            await consumer.stopDelivering()
        }
        life.cancel()
        _ = try? await life.value
        return delivery
    }

    /// Whether every command has been acknowledged: then one that is sent now is the first to come.
    func commandsAreSettled() async throws -> Bool {
        let last = Stage.command(.probe)
        try await send(last)
        guard let delivery = try await take(from: Queues.commands(.memory, Self.site)) else { return false }
        return String(decoding: delivery.body, as: UTF8.self).contains(last.attempt.description)
    }

    static func target(endpoint: String = "unix:///host") -> HostTarget {
        HostTarget(id: .fresh(), driver: .memory, endpoint: endpoint, address: "127.0.0.1")
    }

    static func command(_ work: Command.Work, endpoint: String = "unix:///host") -> Command {
        Command(
            operation: .fresh(), sequence: 1, kind: .create, attempt: .fresh(), attemptNumber: 1,
            host: target(endpoint: endpoint),
            work: work)
    }

    static func work(secrets: [PlannedSecret] = [], connection: [ConnectionFile] = []) -> ChainWork {
        let node = PlannedNode(
            name: "one", image: "image", ports: [PlannedPort(name: "rpc", container: 80, scheme: "http")])
        return ChainWork(
            id: .fresh(),
            plan: Plan(
                blueprint: BlueprintReference(name: "test", version: 1), secrets: secrets, nodes: [node], connection: connection),
            desired: Desired(), subnet: "10.201.0.0/28", ports: [PortAssignment(node: "one", name: "rpc", port: 20_000)],
            sequence: 1)
    }
}

/// Runs services while `body` does its work, then stops them gracefully and waits until they have ended.
func running<R: Sendable>(_ services: any Service..., body: () async throws -> R) async throws -> R {
    let group = ServiceGroup(configuration: .init(services: services.map { .init(service: $0) }, logger: .quiet))
    async let life: Void = group.run()
    do {
        let result = try await body()
        await group.triggerGracefulShutdown()
        try await life
        return result
    } catch {
        await group.triggerGracefulShutdown()
        try? await life
        throw error
    }
}

extension Logger {
    /// Says nothing: what a test wants to know it asks.
    static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}

/// Opened once, for as many as wait.
actor Gate {
    private var isOpen = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func open() {
        isOpen = true
        for one in waiting { one.resume() }
        waiting = []
    }

    func pass() async {
        if isOpen { return }
        await withCheckedContinuation { waiting.append($0) }
    }
}

struct Unexpected: Error {
    let what: String

    init(_ what: String) {
        self.what = what
    }
}

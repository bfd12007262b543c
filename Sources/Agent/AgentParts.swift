internal import Drivers
internal import Logging
internal import Model
internal import RabbitMQ
internal import ServiceLifecycle
internal import Wire

/// The parts of one agent and how they hang together.
struct AgentParts {
    private let configuration: AgentConfiguration
    private let logger: Logger
    private let publisher: Publisher
    private let verifier: Verifier
    private let reporter: Reporter
    private let performer: Performer
    private let term: TermKeeper
    private let registry = WorkRegistry()

    init(_ configuration: AgentConfiguration, driver: any Driver, logger: Logger) throws {
        self.configuration = configuration
        self.logger = logger
        let site = configuration.site
        term = TermKeeper(length: configuration.termLength)
        verifier = try Verifier(site: site, schema: configuration.schemas.max() ?? 0)
        publisher = Publisher(
            configuration.broker, topology: Queues.topology(driver: configuration.driver, site: site.site),
            name: "\(configuration.name) reports", logger: logger)
        reporter = Reporter(publisher: publisher, signer: try Signer(site: site), site: site.site, logger: logger)
        performer = Performer(
            driver: driver, installation: site.installation, site: site.site, key: try site.opener(),
            allow: configuration.allow, term: term)
    }

    /// In the order of their start; a shutdown goes the other way, so that work ends while reports can still be sent.
    var services: [any Service] {
        [publisher, heart] + control() + queries() + observing() + commands()
    }

    private var heart: Heart {
        let (configuration, registry) = (configuration, registry)
        return Heart(
            presence: { configuration.presence(working: registry.operations) }, reporter: reporter, term: term, logger: logger)
    }

    private func commands() -> [any Service] {
        let queue = Queues.commands(configuration.driver, configuration.site.site)
        let consumer = consumer(queue, prefetch: configuration.concurrency)
        let pipe = CommandPipe(
            agent: configuration.id, queue: queue, consumer: consumer, verifier: verifier, reporter: reporter,
            registry: registry, term: term, performer: performer, attemptLimit: configuration.attemptLimit,
            startLimit: configuration.startLimit, logger: logger)
        let registry = registry
        let loop = DeliveryLoop(
            consumer: consumer, grace: configuration.grace, beginDraining: { registry.beginDraining() },
            giveBack: { registry.giveBackAll() }, handle: { await pipe.handle($0) })
        return [consumer, loop]
    }

    private func observing() -> [any Service] {
        let queue = Queues.observe(configuration.driver, configuration.site.site)
        let consumer = consumer(queue, prefetch: ObserveDesk.prefetch)
        let desk = ObserveDesk(
            queue: queue, consumer: consumer, verifier: verifier, reporter: reporter, performer: performer, logger: logger)
        let loop = DeliveryLoop(consumer: consumer, beginDraining: { desk.held.close() }, handle: { await desk.handle($0) })
        return [consumer, loop]
    }

    private func queries() -> [any Service] {
        let queue = Queues.queries(configuration.driver, configuration.site.site)
        let consumer = consumer(queue, prefetch: QueryDesk.prefetch)
        let desk = QueryDesk(
            queue: queue, consumer: consumer, verifier: verifier, reporter: reporter, performer: performer, logger: logger)
        return [consumer, DeliveryLoop(consumer: consumer, handle: { await desk.handle($0) })]
    }

    private func control() -> [any Service] {
        let consumer = Consumer(
            configuration.broker, topology: Queues.controlTopology(agent: configuration.id),
            queue: Queues.control(configuration.id), prefetch: 16, name: "\(configuration.name) control", logger: logger)
        let desk = ControlDesk(consumer: consumer, verifier: verifier, registry: registry, logger: logger)
        return [consumer, DeliveryLoop(consumer: consumer, handle: { await desk.handle($0) })]
    }

    private func consumer(_ queue: String, prefetch: Int) -> Consumer {
        Consumer(
            configuration.broker, topology: Queues.topology(driver: configuration.driver, site: configuration.site.site),
            queue: queue, prefetch: prefetch, name: "\(configuration.name) \(queue)", logger: logger)
    }
}

extension AgentConfiguration {
    /// What a heartbeat says.
    func presence(working: [OperationID]) -> AgentPresence {
        AgentPresence(
            id: id, name: name, site: site.site, driver: driver, version: version, schemas: schemas,
            working: working)
    }
}

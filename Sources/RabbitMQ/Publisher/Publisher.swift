public import Logging
public import ServiceLifecycle

/// Publishes messages and learns what became of each (https://www.rabbitmq.com/confirms.html).
///
/// Batches of concurrent callers share one window of unconfirmed messages. Messages handed in while the broker is away or
/// blocked wait until it is back or their time is over; none is ever sent twice.
public final class Publisher: Service, Sendable {
    private let desk: PublishDesk
    private let service: ConnectedService

    /// - Parameters:
    ///   - topology: declared each time the connection is made.
    ///   - window: how many messages may be under way unconfirmed, 1 to 10,000.
    ///   - name: of the connection, as the broker shows it.
    public init(_ configuration: BrokerConfiguration, topology: Topology, window: Int = 100, name: String, logger: Logger) {
        desk = PublishDesk(window: min(max(window, 1), 10_000), maximumBody: configuration.maximumMessageSize)
        service = ConnectedService(
            configuration, name: name, role: PublishRole(topology: topology, desk: desk), logger: logger)
    }

    /// Publishes a batch; the calls of one task keep their order.
    ///
    /// A timeout or the cancellation of the task settles what is left: `.unknown` if it was written, `.unsent` if not.
    /// - Returns: one confirmation for each message, in the same order.
    public func publish(_ messages: [Message], timeout: Duration = .seconds(10)) async -> [Confirmation] {
        await publish(messages, until: .now + timeout)
    }

    /// Publishes a batch, as above. Whatever delays this process meanwhile: what is not written at the deadline never is, and is
    /// `.unsent`.
    public func publish(_ messages: [Message], until deadline: ContinuousClock.Instant) async -> [Confirmation] {
        await desk.publish(messages, until: deadline) { service.nudge() }
    }

    /// The broker takes no messages now (an alarm). It says so to a connection that publishes, not before.
    public var isBlocked: Bool {
        get async {
            if case .blocked = service.states.current { true } else { false }
        }
    }

    /// The connection's states, beginning with the current one. Each access makes a stream of its own.
    public var states: AsyncStream<ConnectionState> { service.states.subscribe() }

    /// Connects, and again after each loss, until the graceful shutdown; then waits up to 10 s for what is under way.
    /// - Throws: `BrokerError.stopped` when it has been started before: a service runs once.
    public func run() async throws {
        try await service.run()
    }
}

private struct PublishRole: ConnectionRole {
    let topology: Topology
    let desk: PublishDesk

    func prepare(_ link: Link) throws(BrokerError) {
        try link.declare(topology)
        try link.requestConfirms()
        desk.linkPrepared()
    }

    func handle(_ received: Received) { desk.handle(received) }
    func write(to link: Link) throws(BrokerError) -> Bool { try desk.write(to: link) }
    func lost(_ error: BrokerError) { desk.linkLost(error) }
    func beginEnding() {}
    var isDrained: Bool { desk.isDrained }
    func ended() { desk.ended() }
}

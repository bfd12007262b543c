public import Logging
public import ServiceLifecycle

/// Asks a question through a queue and waits for the reply, by RabbitMQ's direct reply-to
/// (https://www.rabbitmq.com/direct-reply-to.html): the address of the replies belongs to one channel, on which requests
/// are published and replies come back. It is gone with the connection; so is every request that waits.
public final class QueryClient: Service, Sendable {
    private static let window = 1000

    private let desk: PublishDesk
    private let replies = PendingReplies()
    private let service: ConnectedService

    /// - Parameters:
    ///   - topology: declared each time the connection is made.
    ///   - name: of the connection, as the broker shows it.
    public init(_ configuration: BrokerConfiguration, topology: Topology, name: String, logger: Logger) {
        desk = PublishDesk(window: Self.window, maximumBody: configuration.maximumMessageSize)
        service = ConnectedService(
            configuration, name: name, role: QueryRole(topology: topology, desk: desk, replies: replies), logger: logger)
    }

    /// The connection's states, beginning with the current one. Each access makes a stream of its own.
    public var states: AsyncStream<ConnectionState> { service.states.subscribe() }

    /// Sends a request and waits for its reply.
    ///
    /// The client sets correlation id, reply address, `mandatory`, and an expiration of `timeout` where there is none. Who
    /// answers publishes to exchange "" with the request's `replyTo` as routing key and the same correlation id, not
    /// `mandatory`.
    /// - Throws: `BrokerError`: `.unroutable` (no such queue), `.nacked` (it is full), `.timeout` (no reply in time),
    ///   `.tooLarge`, `.cancelled`, `.stopped`, or why the connection was lost.
    public func request(_ message: Message, timeout: Duration = .seconds(10)) async throws -> Delivery {
        let id = String(UInt64.random(in: .min ... .max), radix: 36) + String(UInt64.random(in: .min ... .max), radix: 36)
        let request = message.asRequest(id, timeout: timeout)
        let deadline = ContinuousClock.now + timeout
        return try await replies.reply(to: id) { [self] in
            if let error = await send(request, until: deadline) { return replies.fail(id, error) }
            guard (try? await Task.sleep(until: deadline, clock: .continuous)) != nil else { return }
            replies.fail(id, BrokerError(.timeout, "No reply within \(timeout)."))
        }
    }

    private func send(_ request: Message, until deadline: ContinuousClock.Instant) async -> BrokerError? {
        await desk.publish([request], until: deadline) { service.nudge() }.first?.failure
    }

    /// Connects, and again after each loss, until the graceful shutdown.
    /// - Throws: `BrokerError.stopped` when it has been started before: a service runs once.
    public func run() async throws {
        try await service.run()
    }
}

extension Message {
    fileprivate func asRequest(_ id: String, timeout: Duration) -> Message {
        var request = self
        request.correlationID = id
        request.replyTo = directReplyQueue
        request.mandatory = true
        request.expiration = expiration ?? timeout
        return request
    }
}

extension Confirmation {
    fileprivate var failure: BrokerError? {
        switch self {
        case .confirmed: nil
        case .returned(_, let text): BrokerError(.unroutable, "No queue takes the request: \(text).")
        case .refused: BrokerError(.nacked, "The queue did not take the request; it may be full.")
        case .unknown(let error), .unsent(let error): error
        }
    }
}

private struct QueryRole: ConnectionRole {
    let topology: Topology
    let desk: PublishDesk
    let replies: PendingReplies

    func prepare(_ link: Link) throws(BrokerError) {
        try link.declare(topology)
        try link.requestConfirms()
        try link.subscribe(to: directReplyQueue, prefetch: 0, acknowledged: false, exclusive: false)
        desk.linkPrepared()
    }

    func handle(_ received: Received) {
        if case .delivered(let delivery) = received {
            replies.fulfil(delivery)
        } else {
            desk.handle(received)
        }
    }

    func write(to link: Link) throws(BrokerError) -> Bool { try desk.write(to: link) }

    func lost(_ error: BrokerError) {
        desk.linkLost(error)
        replies.failAll(error)
    }

    func beginEnding() {}
    var isDrained: Bool { desk.isDrained && replies.isEmpty }

    func ended() {
        desk.ended()
        replies.failAll(BrokerError(.stopped, "The service has ended."))
    }
}

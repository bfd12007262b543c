import CrashPoints
public import Logging
public import ServiceLifecycle

/// Receives the messages of one queue, each to be acknowledged or rejected.
///
/// After a lost connection it declares, subscribes and goes on by itself; the broker delivers again what was not
/// acknowledged, marked `redelivered`. A delivery of an earlier connection can't be acknowledged any more: it is ignored.
public final class Consumer: Service, Sendable {
    private let shelf: DeliveryShelf
    private let service: ConnectedService

    /// - Parameters:
    ///   - topology: declared each time the connection is made; its bindings are made again where the broker has lost one.
    ///   - prefetch: how many deliveries may be unacknowledged at a time, 1 to 65,535.
    ///   - exclusive: no other consumer may be at the queue (403 otherwise, until the other one is gone).
    ///   - name: of the connection, as the broker shows it.
    ///   - renewal: for so long a binding may be missing, or a subscription lead nowhere.
    ///   - isPaused: receives nothing before the first `resume`.
    public init(
        _ configuration: BrokerConfiguration, topology: Topology, queue: String, prefetch: Int, name: String,
        exclusive: Bool = false, renewal: Duration = .seconds(15), isPaused: Bool = false, logger: Logger
    ) {
        shelf = DeliveryShelf(isPaused: isPaused)
        let role = ConsumeRole(
            topology: topology, queue: queue, prefetch: UInt16(clamping: max(1, prefetch)), exclusive: exclusive,
            renewal: renewal, shelf: shelf)
        service = ConnectedService(configuration, name: name, role: role, logger: logger)
    }

    public var deliveries: Deliveries { Deliveries(shelf: shelf) }

    /// The connection's states, beginning with the current one. Each access makes a stream of its own.
    public var states: AsyncStream<ConnectionState> { service.states.subscribe() }

    /// Tells the broker that these are done, in as few words as possible. AMQP has no answer to it: if the connection
    /// breaks before the broker has read it, they come again.
    public func acknowledge(_ deliveries: [Delivery]) async {
        shelf.acknowledge(deliveries)
        service.nudge()
    }

    /// Tells the broker that this and all unacknowledged earlier deliveries of the connection are done.
    public func acknowledge(upTo delivery: Delivery) async {
        shelf.acknowledge(upTo: delivery)
        service.nudge()
    }

    /// Gives a delivery back.
    /// - Parameter requeue: into the queue, to be delivered again; otherwise to the queue's dead-letter exchange, if any.
    public func reject(_ delivery: Delivery, requeue: Bool) async {
        shelf.reject(delivery, requeue: requeue)
        service.nudge()
    }

    /// Whether a word about this delivery still means something to the broker: it was neither acknowledged, rejected nor given back,
    /// and its connection is not lost.
    public func holds(_ delivery: Delivery) -> Bool {
        shelf.holds(delivery)
    }

    /// Gives back to the queue all that is not acknowledged, taken or not, and receives nothing until `resume`; who iterates waits.
    ///
    /// The broker counts that as a delivery of each, and a quorum queue may drop what was delivered too often (RabbitMQ 4: after 20).
    public func pause() async {
        shelf.pause()
        service.nudge()
    }

    /// Receives again; does nothing where the consumer is not paused.
    public func resume() async {
        shelf.resume()
        service.nudge()
    }

    /// Asks the broker for no more, and returns when it sends no more. What has come can still be taken and acknowledged;
    /// then `deliveries` ends.
    public func stopDelivering() async {
        await shelf.stopDelivering { service.nudge() }
    }

    /// Connects, and again after each loss, until the graceful shutdown; then stops delivering and waits up to 10 s until
    /// everything delivered is acknowledged or rejected. What is not goes back to the queue.
    /// - Throws: `BrokerError.stopped` when it has been started before: a service runs once.
    public func run() async throws {
        try await service.run()
    }
}

private struct ConsumeRole: ConnectionRole {
    let topology: Topology
    let queue: String
    let prefetch: UInt16
    let exclusive: Bool
    let renewal: Duration
    let shelf: DeliveryShelf

    func prepare(_ link: Link) throws(BrokerError) {
        try link.declare(topology)
        let isSubscribing = shelf.isSubscribing
        try isSubscribing
            ? link.subscribe(to: queue, prefetch: prefetch, acknowledged: true, exclusive: exclusive)
            : link.limitDeliveries(to: prefetch)
        shelf.linkPrepared(link.session, isSubscribed: isSubscribing)
    }

    func handle(_ received: Received) throws(BrokerError) {
        switch received {
        case .delivered(let delivery): shelf.put(delivery)
        case .subscriptionEnded: shelf.subscriptionEnded()
        case .subscriptionCancelled:
            throw BrokerError(
                .subscriptionCancelled, "The broker cancelled the subscription: queue \(queue) was deleted or lost its leader.")
        case .confirmed, .refused, .returned, .blocked, .unblocked: break
        }
    }

    func write(to link: Link) throws(BrokerError) -> Bool {
        try link.renew(topology.bindings, every: renewal)
        if shelf.isIdle { try link.renewSubscription(to: queue, exclusive: exclusive, every: renewal) }
        shelf.serveTakers()
        while let order = shelf.nextOrder {
            guard link.isWritable else { return true }
            try tell(order, to: link)
            shelf.told()
        }
        return false
    }

    private func tell(_ order: DeliveryShelf.Order, to link: Link) throws(BrokerError) {
        switch order {
        case .say(let word):
            CrashPoint.beforeAck.reach()
            try link.say(word)
            CrashPoint.afterAck.reach()
        case .pause: try link.leave(queue)
        case .resume: try link.join(queue, exclusive: exclusive)
        case .unsubscribe: try link.unsubscribe()
        }
    }

    func lost(_ error: BrokerError) { shelf.linkLost() }
    func beginEnding() { shelf.beginEnding() }
    var isDrained: Bool { shelf.isDrained }

    func ended() {
        shelf.linkLost()
        shelf.subscriptionEnded()
    }
}

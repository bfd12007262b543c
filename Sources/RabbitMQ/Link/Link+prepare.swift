import CRabbitMQ

/// The name under which a channel reads the replies to its own requests (https://www.rabbitmq.com/direct-reply-to.html).
let directReplyQueue = "amq.rabbitmq.reply-to"

// Requests with an answer: only before the first message goes either way.
extension Link {
    /// - Returns: what the broker says of the queues, by name.
    @discardableResult
    func declare(_ topology: Topology) throws(BrokerError) -> [String: QueueCount] {
        var counts: [String: QueueCount] = [:]
        for exchange in topology.exchanges { try declare(exchange) }
        for queue in topology.queues { counts[queue.name] = try declare(queue) }
        for binding in topology.bindings { try declare(binding) }
        return counts
    }

    private func declare(_ exchange: Topology.Exchange) throws(BrokerError) {
        defer { arena.recycle() }
        amqp_exchange_declare(
            state, Self.channel, arena.bytes(exchange.name), arena.bytes(exchange.kind.rawValue), 0, exchange.durable ? 1 : 0, 0,
            0, amqp_empty_table)
        try check(amqp_get_rpc_reply(state), "Declaring exchange \(exchange.name)")
    }

    private func declare(_ queue: Topology.Queue) throws(BrokerError) -> QueueCount {
        defer { arena.recycle() }
        let answer = amqp_queue_declare(
            state, Self.channel, arena.bytes(queue.name), 0, queue.durable ? 1 : 0, queue.exclusive ? 1 : 0,
            queue.autoDelete ? 1 : 0, arena.table(queue.allArguments))
        try check(amqp_get_rpc_reply(state), "Declaring queue \(queue.name)")
        return QueueCount(
            messages: Int(answer?.pointee.message_count ?? 0), consumers: Int(answer?.pointee.consumer_count ?? 0))
    }

    private func declare(_ binding: Topology.Binding) throws(BrokerError) {
        defer { arena.recycle() }
        amqp_queue_bind(
            state, Self.channel, arena.bytes(binding.queue), arena.bytes(binding.exchange), arena.bytes(binding.routingKey),
            amqp_empty_table)
        try check(amqp_get_rpc_reply(state), "Binding queue \(binding.queue) to exchange \(binding.exchange)")
    }

    /// From now on the broker confirms each message, numbered from 1.
    func requestConfirms() throws(BrokerError) {
        amqp_confirm_select(state, Self.channel)
        try check(amqp_get_rpc_reply(state), "Asking for confirms")
    }

    /// For subscriptions made after this; 0: no limit.
    func limitDeliveries(to prefetch: UInt16) throws(BrokerError) {
        guard prefetch > 0 else { return }
        amqp_basic_qos(state, Self.channel, 0, prefetch, 0)
        try check(amqp_get_rpc_reply(state), "Setting the prefetch")
    }

    /// - Parameters:
    ///   - prefetch: how many unacknowledged deliveries there may be; 0 where none are acknowledged.
    func subscribe(to queue: String, prefetch: UInt16, acknowledged: Bool, exclusive: Bool) throws(BrokerError) {
        defer { arena.recycle() }
        try limitDeliveries(to: prefetch)
        amqp_basic_consume(
            state, Self.channel, arena.bytes(queue), arena.bytes(consumerTag), 0, acknowledged ? 0 : 1, exclusive ? 1 : 0,
            amqp_empty_table)
        try check(amqp_get_rpc_reply(state), "Subscribing to queue \(queue)")
        subscription.heardAt = .now
    }

    /// One subscription per channel at a time.
    var consumerTag: String { String(subscription.number) }
}

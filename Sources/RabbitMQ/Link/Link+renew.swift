import CRabbitMQ

extension Link {
    /// Says once more what is bound, when it was said longer ago than `pause`; waits for no answer.
    ///
    /// A broker may lose a binding and keep its queue: an operator removes it; or several connections declare the same new quorum
    /// queue at once, one of the declarations fails, RabbitMQ (seen with 3.10) takes the queue back with its bindings, and the next
    /// declaration makes the queue alone. A consumer would wait at it for ever, and publishers be told `NO_ROUTE`. Where the queue or
    /// the exchange is gone, the broker closes the channel, and the next link declares everything.
    func renew(_ bindings: [Topology.Binding], every pause: Duration) throws(BrokerError) {
        guard boundAt.duration(to: .now) >= pause, isWritable else { return }
        boundAt = .now
        for binding in bindings { try say(binding) }
    }

    /// Subscribes once more, under another name, when nothing has come for longer than `pause`; waits for no answer. To be called only
    /// where nothing that has come is unacknowledged: a new subscription has its own prefetch.
    ///
    /// When RabbitMQ takes a new quorum queue back, as above, it tells nobody who has subscribed to it in the meantime (seen with
    /// 3.10): the next declaration makes another queue of the same name, and such a consumer would listen to the first for ever.
    func renewSubscription(to queue: String, exclusive: Bool, every pause: Duration) throws(BrokerError) {
        guard subscription.heardAt.duration(to: .now) >= pause, isWritable else { return }
        try leave(queue)
        try join(queue, exclusive: exclusive)
    }

    /// Asks for no more deliveries; waits for no answer, so what is on its way still comes.
    func leave(_ queue: String) throws(BrokerError) {
        defer { arena.recycle() }
        var farewell = amqp_basic_cancel_t(consumer_tag: arena.bytes(consumerTag), nowait: 1)
        try check(status: amqp_send_method(state, Self.channel, Method.basicCancel, &farewell), "Unsubscribing from \(queue)")
    }

    /// Subscribes, under another name than before; waits for no answer.
    func join(_ queue: String, exclusive: Bool) throws(BrokerError) {
        defer { arena.recycle() }
        subscription = (subscription.number + 1, .now)
        var request = amqp_basic_consume_t(
            ticket: 0, queue: arena.bytes(queue), consumer_tag: arena.bytes(consumerTag), no_local: 0, no_ack: 0,
            exclusive: exclusive ? 1 : 0, nowait: 1, arguments: amqp_empty_table)
        try check(status: amqp_send_method(state, Self.channel, Method.basicConsume, &request), "Subscribing to \(queue)")
    }

    private func say(_ binding: Topology.Binding) throws(BrokerError) {
        defer { arena.recycle() }
        var request = amqp_queue_bind_t(
            ticket: 0, queue: arena.bytes(binding.queue), exchange: arena.bytes(binding.exchange),
            routing_key: arena.bytes(binding.routingKey), nowait: 1, arguments: amqp_empty_table)
        try check(
            status: amqp_send_method(state, Self.channel, Method.queueBind, &request),
            "Binding queue \(binding.queue) to exchange \(binding.exchange)")
    }
}

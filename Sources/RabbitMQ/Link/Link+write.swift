import CRabbitMQ

// One way: no answer is waited for.
extension Link {
    /// - Throws: when the message was not written whole, so that the broker can't have it. The link is at its end then.
    func publish(_ message: Message, tag: UInt64) throws(BrokerError) {
        defer { arena.recycle() }
        var properties = properties(of: message, tag: tag)
        let status = message.body.withUnsafeBytes { body in
            amqp_basic_publish(
                state, Self.channel, arena.bytes(message.exchange), arena.bytes(message.routingKey), message.mandatory ? 1 : 0, 0,
                &properties, amqp_bytes_t(len: body.count, bytes: UnsafeMutableRawPointer(mutating: body.baseAddress)))
        }
        try check(status: status, "Publishing")
    }

    private func properties(of message: Message, tag: UInt64) -> amqp_basic_properties_t {
        var properties = amqp_basic_properties_t()
        func set(_ field: WritableKeyPath<amqp_basic_properties_t, amqp_bytes_t>, _ flag: Int32, _ text: String?) {
            guard let text else { return }
            properties[keyPath: field] = arena.bytes(text)
            properties._flags |= UInt32(flag)
        }
        set(\.content_type, AMQP_BASIC_CONTENT_TYPE_FLAG, message.contentType)
        set(\.message_id, AMQP_BASIC_MESSAGE_ID_FLAG, message.messageID)
        set(\.correlation_id, AMQP_BASIC_CORRELATION_ID_FLAG, message.correlationID)
        set(\.reply_to, AMQP_BASIC_REPLY_TO_FLAG, message.replyTo)
        set(\.expiration, AMQP_BASIC_EXPIRATION_FLAG, message.expiration.map { String(Int64($0 / .milliseconds(1))) })
        properties.delivery_mode = message.persistent ? 2 : 1
        properties._flags |= UInt32(AMQP_BASIC_DELIVERY_MODE_FLAG)
        let headers = message.mandatory ? message.headers.tagged(tag) : message.headers
        if !headers.isEmpty {
            properties.headers = arena.table(headers)
            properties._flags |= UInt32(AMQP_BASIC_HEADERS_FLAG)
        }
        return properties
    }

    func acknowledge(_ tag: UInt64, multiple: Bool) throws(BrokerError) {
        try check(status: amqp_basic_ack(state, Self.channel, tag, multiple ? 1 : 0), "Acknowledging")
    }

    func reject(_ tag: UInt64, multiple: Bool, requeue: Bool) throws(BrokerError) {
        try check(status: amqp_basic_nack(state, Self.channel, tag, multiple ? 1 : 0, requeue ? 1 : 0), "Rejecting")
    }

    /// Asks for no more deliveries; `.subscriptionEnded` answers.
    func unsubscribe() throws(BrokerError) {
        defer { arena.recycle() }
        var request = amqp_basic_cancel_t(consumer_tag: arena.bytes(consumerTag), nowait: 0)
        try check(status: amqp_send_method(state, Self.channel, Method.basicCancel, &request), "Unsubscribing")
    }
}

extension [String: FieldValue] {
    fileprivate func tagged(_ tag: UInt64) -> Self {
        merging([PublishTag.header: .integer(Int64(clamping: tag))]) { _, tag in tag }
    }
}

extension Link {
    func say(_ word: HeldDeliveries.Word) throws(BrokerError) {
        switch word {
        case .acknowledge(let tag, let multiple): try acknowledge(tag, multiple: multiple)
        case .reject(let tag, let multiple, let requeue): try reject(tag, multiple: multiple, requeue: requeue)
        }
    }
}

import CRabbitMQ
import Glibc

/// One connection with one channel. It belongs to one thread; nothing here may be called from another.
///
/// Requests that have an answer (`open`, `declare`, `subscribe`…) wait for it and are made only while the link is being
/// prepared. Later everything is one way: what the broker says comes out of `next`.
final class Link {
    static let channel: amqp_channel_t = 1
    /// RabbitMQ's default, offered by both sides.
    static let maximumFrame: Int32 = 131_072

    let session: Session
    let cutter: SocketCutter
    let state: amqp_connection_state_t
    let arena = Arena()
    /// When the broker was told of bindings last.
    var boundAt = ContinuousClock.now
    /// The subscription, and when it was made or last brought something.
    var subscription: (number: Int, heardAt: ContinuousClock.Instant) = (1, .now)
    private var assembly: ContentAssembly

    /// Connects, logs in, opens the channel. Blocks for up to three times the configuration's `connectTimeout`.
    init(_ configuration: BrokerConfiguration, name: String) throws(BrokerError) {
        let session = Session()
        let state = try Self.connectedSocket(configuration)
        self.session = session
        self.state = state
        cutter = SocketCutter(amqp_get_sockfd(state))
        assembly = ContentAssembly(session: session, limit: configuration.maximumMessageSize)
        try logIn(configuration, name: name)
        amqp_channel_open(state, Self.channel)
        try check(amqp_get_rpc_reply(state), "Opening a channel")
    }

    deinit {
        cutter.retire()
        amqp_destroy_connection(state)
    }

    var descriptor: Int32 { amqp_get_sockfd(state) }

    /// Whether a write would begin without waiting.
    var isWritable: Bool {
        var polled = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return poll(&polled, 1, 0) > 0 && polled.revents & Int16(POLLOUT) != 0
    }

    /// Says goodbye, so that the broker need not guess; waits for its answer up to the time of other requests.
    func close() {
        amqp_connection_close(state, AMQP_REPLY_SUCCESS)
    }

    /// Gives back the memory of what has been read.
    func releaseBuffers() {
        amqp_maybe_release_buffers(state)
    }

    func check(_ reply: amqp_rpc_reply_t, _ deed: String) throws(BrokerError) {
        switch reply.reply_type {
        case AMQP_RESPONSE_NORMAL: return
        case AMQP_RESPONSE_SERVER_EXCEPTION where reply.reply.id == Method.channelClose:
            throw BrokerError(channel: reply.reply.decoded(as: amqp_channel_close_t.self), deed)
        case AMQP_RESPONSE_SERVER_EXCEPTION where reply.reply.id == Method.connectionClose:
            throw BrokerError(connection: reply.reply.decoded(as: amqp_connection_close_t.self), deed)
        default:
            throw BrokerError(status: reply.library_error, deed)
        }
    }

    func check(status: Int32, _ deed: String) throws(BrokerError) {
        guard status == AMQP_STATUS_OK.rawValue else { throw BrokerError(status: status, deed) }
    }
}

// MARK: Reading

extension Link {
    /// What the broker has said, if anything; never waits. Also sends and checks heartbeats.
    /// - Throws: when the connection or the channel has ended.
    func next() throws(BrokerError) -> Received? {
        var frame = amqp_frame_t()
        var noTime = timeval()
        while true {
            let status = amqp_simple_wait_frame_noblock(state, &frame, &noTime)
            if status == AMQP_STATUS_TIMEOUT.rawValue { return nil }
            try check(status: status, "Reading from the broker")
            if let received = try interpret(frame) { return received }
        }
    }

    private func interpret(_ frame: amqp_frame_t) throws(BrokerError) -> Received? {
        switch Int32(frame.frame_type) {
        case AMQP_FRAME_METHOD:
            return try interpret(frame.payload.method)
        case AMQP_FRAME_HEADER:
            let header = frame.payload.properties
            let properties = header.decoded.assumingMemoryBound(to: amqp_basic_properties_t.self).pointee
            return try assembly.header(.init(properties), size: Int(clamping: header.body_size))
        case AMQP_FRAME_BODY:
            let part = frame.payload.body_fragment
            return try assembly.body(UnsafeRawBufferPointer(start: part.bytes, count: part.len))
        default:
            return nil
        }
    }

    private func interpret(_ method: amqp_method_t) throws(BrokerError) -> Received? {
        switch method.id {
        case Method.basicAck:
            let ack = method.decoded(as: amqp_basic_ack_t.self)
            return .confirmed(tag: ack.delivery_tag, multiple: ack.multiple != 0)
        case Method.basicNack:
            let nack = method.decoded(as: amqp_basic_nack_t.self)
            return .refused(tag: nack.delivery_tag, multiple: nack.multiple != 0)
        case Method.basicDeliver, Method.basicReturn:
            try assembly.begin(opening(method))
            return nil
        case Method.basicCancel: return .subscriptionCancelled
        case Method.basicCancelOK: return .subscriptionEnded
        case Method.connectionBlocked:
            return .blocked(reason: String(method.decoded(as: amqp_connection_blocked_t.self).reason))
        case Method.connectionUnblocked: return .unblocked
        case Method.channelClose, Method.connectionClose: throw closing(method)
        default: return nil
        }
    }

    private func opening(_ method: amqp_method_t) -> ContentAssembly.Opening {
        if method.id == Method.basicReturn {
            let returned = method.decoded(as: amqp_basic_return_t.self)
            return .returned(code: Int(returned.reply_code), text: String(returned.reply_text))
        }
        let delivery = method.decoded(as: amqp_basic_deliver_t.self)
        let now = ContinuousClock.now
        subscription.heardAt = now
        return .delivery(
            tag: delivery.delivery_tag, redelivered: delivery.redelivered != 0, exchange: String(delivery.exchange),
            routingKey: String(delivery.routing_key), at: now)
    }

    private func closing(_ method: amqp_method_t) -> BrokerError {
        if method.id == Method.channelClose {
            return BrokerError(channel: method.decoded(as: amqp_channel_close_t.self), "Working")
        }
        let error = BrokerError(connection: method.decoded(as: amqp_connection_close_t.self), "Working")
        var answer = amqp_connection_close_ok_t()
        amqp_send_method(state, 0, Method.connectionCloseOK, &answer)
        return error
    }
}

extension ContentAssembly.Properties {
    init(_ properties: amqp_basic_properties_t) {
        func text(_ flag: Int32, _ bytes: amqp_bytes_t) -> String? {
            properties._flags & UInt32(flag) != 0 ? String(bytes) : nil
        }
        self.init(
            headers: properties._flags & UInt32(AMQP_BASIC_HEADERS_FLAG) != 0 ? [String: FieldValue](properties.headers) : [:],
            contentType: text(AMQP_BASIC_CONTENT_TYPE_FLAG, properties.content_type),
            messageID: text(AMQP_BASIC_MESSAGE_ID_FLAG, properties.message_id),
            correlationID: text(AMQP_BASIC_CORRELATION_ID_FLAG, properties.correlation_id),
            replyTo: text(AMQP_BASIC_REPLY_TO_FLAG, properties.reply_to))
    }
}

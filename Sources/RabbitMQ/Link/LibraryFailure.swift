import CRabbitMQ

extension BrokerError {
    /// - Parameters:
    ///   - status: a negative status of librabbitmq.
    ///   - deed: what was being done, for the message.
    init(status: Int32, _ deed: String) {
        let reason = String(cString: amqp_error_string2(status))
        self.init(Self.code(of: status), "\(deed) failed: \(reason).\(Self.remedy(for: status))")
    }

    private static func code(of status: Int32) -> Code {
        switch amqp_status_enum(rawValue: status) {
        case AMQP_STATUS_HEARTBEAT_TIMEOUT: .missedHeartbeats
        case AMQP_STATUS_HOSTNAME_RESOLUTION_FAILED: .unreachable
        case AMQP_STATUS_BROKER_UNSUPPORTED_SASL_METHOD: .refused
        case AMQP_STATUS_SSL_ERROR, AMQP_STATUS_SSL_HOSTNAME_VERIFY_FAILED, AMQP_STATUS_SSL_PEER_VERIFY_FAILED,
            AMQP_STATUS_SSL_CONNECTION_FAILED:
            .tls
        default: .disconnected
        }
    }

    private static func remedy(for status: Int32) -> String {
        switch amqp_status_enum(rawValue: status) {
        case AMQP_STATUS_HOSTNAME_RESOLUTION_FAILED: " Check the host's name in the URL."
        case AMQP_STATUS_BROKER_UNSUPPORTED_SASL_METHOD: " Enable the mechanism in the broker, or choose another auth_mechanism."
        case AMQP_STATUS_SSL_HOSTNAME_VERIFY_FAILED: " The broker's certificate must name the host of the URL."
        case AMQP_STATUS_SSL_PEER_VERIFY_FAILED, AMQP_STATUS_SSL_CONNECTION_FAILED:
            " Check cacertfile, and certfile and keyfile if the broker asks for a certificate."
        default: ""
        }
    }

    /// No connection could be made at all.
    var whileConnecting: BrokerError {
        code == .disconnected ? BrokerError(.unreachable, message + " Is the broker running there, and reachable?") : self
    }
}

extension BrokerError {
    /// The broker's `connection.close`.
    init(connection close: amqp_connection_close_t, _ deed: String) {
        let code = Int(close.reply_code)
        let isRefusal = code == AMQP_ACCESS_REFUSED || code == AMQP_NOT_ALLOWED
        self.init(
            isRefusal ? .refused : .closed(code),
            "\(deed): the broker closed the connection: \(String(close.reply_text))."
                + (isRefusal ? " Check user, password, virtual host and their permissions." : ""))
    }

    /// The broker's `channel.close`.
    init(channel close: amqp_channel_close_t, _ deed: String) {
        let code = Int(close.reply_code)
        let remedy =
            switch Int32(code) {
            case AMQP_PRECONDITION_FAILED: " It exists with other properties: delete it, or declare it alike."
            case AMQP_ACCESS_REFUSED: " Give the user the permission."
            default: ""
            }
        self.init(.channel(code), "\(deed): the broker closed the channel: \(String(close.reply_text)).\(remedy)")
    }
}

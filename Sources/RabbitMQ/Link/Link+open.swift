import CRabbitMQ
import Glibc

extension Link {
    static func connectedSocket(_ configuration: BrokerConfiguration) throws(BrokerError) -> amqp_connection_state_t {
        guard let state = amqp_new_connection() else { throw BrokerError(.unreachable, "Out of memory.") }
        do throws(BrokerError) {
            try connect(try socket(state, configuration.tls), configuration)
            setTimeLimits(state, timeval(configuration.connectTimeout))
            return state
        } catch {
            amqp_destroy_connection(state)
            throw error
        }
    }

    private static func connect(_ socket: OpaquePointer, _ configuration: BrokerConfiguration) throws(BrokerError) {
        var limit = timeval(configuration.connectTimeout)
        let status = amqp_socket_open_noblock(socket, configuration.host, Int32(configuration.port), &limit)
        guard status == AMQP_STATUS_OK.rawValue else {
            throw BrokerError(status: status, "Connecting to \(configuration)").whileConnecting
        }
    }

    private static func setTimeLimits(_ state: amqp_connection_state_t, _ limit: timeval) {
        var limit = limit
        amqp_set_handshake_timeout(state, &limit)
        limitAnswers(state, limit)
    }

    /// While a link is prepared its requests have three times the `connectTimeout`: a broker under load takes seconds to make a
    /// quorum queue or to find its leader, and to ask once more instead of waiting only adds to the load. RabbitMQ itself waits 5 s
    /// for the queue (3.10, `START_CLUSTER_TIMEOUT`) and answers after that; whoever gives up sooner never hears why.
    func prepare(for role: any ConnectionRole, _ configuration: BrokerConfiguration) throws(BrokerError) {
        Self.limitAnswers(state, timeval(configuration.connectTimeout * 3))
        try role.prepare(self)
        Self.limitAnswers(state, timeval(configuration.connectTimeout))
    }

    private static func limitAnswers(_ state: amqp_connection_state_t, _ limit: timeval) {
        var limit = limit
        amqp_set_rpc_timeout(state, &limit)
    }

    private static func socket(
        _ state: amqp_connection_state_t, _ tls: BrokerConfiguration.TLS?
    ) throws(BrokerError) -> OpaquePointer {
        guard let socket = tls == nil ? amqp_tcp_socket_new(state) : amqp_ssl_socket_new(state) else {
            throw BrokerError(.unreachable, "No socket could be made.")
        }
        if let tls { try setUp(socket, tls) }
        return socket
    }

    private static func setUp(_ socket: OpaquePointer, _ tls: BrokerConfiguration.TLS) throws(BrokerError) {
        amqp_ssl_socket_set_verify_peer(socket, 1)
        amqp_ssl_socket_set_verify_hostname(socket, 1)
        amqp_ssl_socket_set_ssl_versions(socket, AMQP_TLSv1_2, AMQP_TLSvLATEST)
        guard amqp_ssl_socket_set_cacert(socket, tls.authorities) == AMQP_STATUS_OK.rawValue else {
            throw BrokerError(.tls, "The authorities' certificates can't be read: \(tls.authorities) must be a PEM file.")
        }
        guard let certificate = tls.certificate, let key = tls.key else { return }
        guard amqp_ssl_socket_set_key(socket, certificate, key) == AMQP_STATUS_OK.rawValue else {
            throw BrokerError(
                .tls, "The client certificate can't be used: \(certificate) and \(key) must be PEM files that belong together.")
        }
    }

    func logIn(_ configuration: BrokerConfiguration, name: String) throws(BrokerError) {
        defer { arena.recycle() }
        var properties = arena.table(Self.clientProperties(name))
        let heartbeat = Int32(configuration.heartbeat)
        let reply =
            switch configuration.login {
            case .password(let user, let password):
                continuo_amqp_login_plain(
                    state, configuration.virtualHost, 0, Self.maximumFrame, heartbeat, &properties, user, password.text)
            case .certificate:
                continuo_amqp_login_external(state, configuration.virtualHost, 0, Self.maximumFrame, heartbeat, &properties)
            }
        do throws(BrokerError) {
            try check(reply, "Logging in at \(configuration)")
        } catch {
            throw error.whileConnecting
        }
    }

    /// Without these capabilities the broker neither tells of alarms nor of cancelled subscriptions.
    private static func clientProperties(_ name: String) -> [String: FieldValue] {
        [
            "connection_name": .string(name),
            "capabilities": .table([
                "connection.blocked": true, "consumer_cancel_notify": true, "publisher_confirms": true, "basic.nack": true,
                "authentication_failure_close": true,
            ]),
        ]
    }
}

extension timeval {
    init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self.init(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
    }
}

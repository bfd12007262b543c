import FoundationEssentials

/// Where the broker is, who we are, and the limits of a connection.
public struct BrokerConfiguration: Sendable {
    let host: String
    let port: Int
    let virtualHost: String
    let login: Login
    let tls: TLS?
    /// Each side sends a sign of life within it; silence for twice of it ends the connection, and so does standing still for once.
    /// Seconds, 1 to 600.
    let heartbeat: Int
    /// How long the connection and its handshake may take, and a third of what each declaration may. 100 ms to 60 s.
    let connectTimeout: Duration
    /// Larger bodies are not sent, and arrive truncated. Bytes.
    let maximumMessageSize: Int

    enum Login: Sendable {
        case password(user: String, Secret)
        /// The client certificate says who we are (RabbitMQ's plugin for the EXTERNAL mechanism).
        case certificate
    }

    struct TLS: Sendable, Hashable {
        /// PEM files.
        var authorities: String
        var certificate: String?
        var key: String?
    }

    /// - Parameters:
    ///   - url: `amqp://user:password@host:port/vhost` or `amqps://…`, percent-encoded
    ///     (https://www.rabbitmq.com/uri-spec.html). Without a path the virtual host is `/`. Query parameters, as in
    ///     https://www.rabbitmq.com/uri-query-parameters.html: `cacertfile` (without it the system's authorities count),
    ///     `certfile` and `keyfile` (PEM, both or none), `auth_mechanism` (`plain` or `external`),
    ///     `heartbeat` (seconds, 1 to 600, default 10), `connection_timeout` (milliseconds, 100 to 60000, default 5000).
    ///   - maximumMessageSize: of a body in bytes, sent or received, 1 KiB to 128 MiB.
    /// - Throws: `.configuration`, naming what is wrong and never quoting the URL.
    public init(url: String, maximumMessageSize: Int = 4 << 20) throws(BrokerError) {
        let parts = try BrokerURL(url)
        host = parts.host
        port = try parts.port()
        virtualHost = try parts.virtualHost()
        tls = try parts.tls()
        login = try parts.login()
        heartbeat = try parts.number("heartbeat", in: 1...600, default: 10)
        connectTimeout = .milliseconds(try parts.number("connection_timeout", in: 100...60_000, default: 5000))
        guard (1 << 10...128 << 20).contains(maximumMessageSize) else {
            throw BrokerError(.configuration, "maximumMessageSize must be 1 KiB to 128 MiB")
        }
        self.maximumMessageSize = maximumMessageSize
    }
}

extension BrokerConfiguration: CustomStringConvertible {
    /// Where the broker is; no user, no password.
    public var description: String {
        "\(tls == nil ? "amqp" : "amqps")://\(host):\(port) vhost \(virtualHost)"
    }
}

/// A text that shows itself to nobody by accident.
struct Secret: Sendable, CustomStringConvertible, CustomReflectable {
    let text: String

    init(_ text: String) { self.text = text }

    var description: String { "•••" }
    var customMirror: Mirror { Mirror(self, children: []) }
}

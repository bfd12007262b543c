/// Where a request goes.
public enum Endpoint: Sendable, Hashable {
    /// A unix socket by its absolute path (at most 107 bytes).
    case unix(String)
    /// A host name or an address (IPv6 without brackets) and a port. Without `tls` the connection is in clear.
    case tcp(host: String, port: Int, tls: TLS?)

    /// TLS 1.2 or newer. The server's chain and name are always verified: there is no switch to turn that off.
    public struct TLS: Sendable, Hashable {
        /// The only authorities trusted, PEM. `nil`: the system's.
        public var ca: [UInt8]?
        /// The client's certificate and its chain, PEM.
        public var certificate: [UInt8]?
        /// The client's private key, PEM, without a passphrase.
        public var key: [UInt8]?

        public init(ca: [UInt8]? = nil, certificate: [UInt8]? = nil, key: [UInt8]? = nil) {
            self.ca = ca
            self.certificate = certificate
            self.key = key
        }
    }
}

extension Endpoint: CustomStringConvertible {
    /// The address alone; never key material.
    public var description: String {
        switch self {
        case .unix(let path): "unix://\(path)"
        case .tcp(let host, let port, let tls): "\(tls == nil ? "http" : "https")://\(Self.bracketed(host)):\(port)"
        }
    }

    static func bracketed(_ host: String) -> String {
        host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
    }
}

extension Endpoint.TLS: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "TLS" }
    public var debugDescription: String { description }
    /// No dump of an endpoint shows its key.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// What a host asks of who speaks to it. Never stored but sealed to the site's key, never printed.
public struct HostCredentials: Codable, Sendable, Hashable {
    /// PEM; trusted instead of the system's roots.
    public var ca: String?
    /// PEM, with its chain; for mutual TLS together with `key`.
    public var certificate: String?
    /// PEM.
    public var key: String?
    /// A bearer token.
    public var token: String?
    /// A kubeconfig, YAML or JSON.
    public var kubeconfig: String?

    public init(
        ca: String? = nil, certificate: String? = nil, key: String? = nil, token: String? = nil, kubeconfig: String? = nil
    ) {
        self.ca = ca
        self.certificate = certificate
        self.key = key
        self.token = token
        self.kubeconfig = kubeconfig
    }
}

extension HostCredentials: CustomStringConvertible, CustomReflectable {
    public var description: String { "host credentials" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

package import Curl
package import Model

/// Reads `unix:///path` and `tcp://host:port`; over TCP with TLS unless the host has no credentials and says that it is insecure.
package enum DockerEndpoint {
    package static func read(_ host: HostTarget, _ credentials: HostCredentials?) throws(WorkError) -> Endpoint {
        switch HostEndpoint(host.endpoint) {
        case .unix(let path): return .unix(path)
        case .tcp(let place): return .tcp(host: place.host, port: place.port, tls: try tls(of: host, credentials))
        case .https, nil:
            throw WorkError(
                .terminal, .hostUnsupported, "\(host.endpoint) is no Docker endpoint: use unix:///path or tcp://host:port")
        }
    }

    /// - Throws: `endpointNotAllowed` for TCP in clear that the host does not ask for, `badCredentials` for half a pair.
    private static func tls(of host: HostTarget, _ credentials: HostCredentials?) throws(WorkError) -> Endpoint.TLS? {
        guard let credentials else {
            if host.insecure { return nil }
            throw WorkError(
                .terminal, .endpointNotAllowed,
                "\(host.endpoint) would be spoken to without TLS: give credentials (ca, certificate, key), or register the host as insecure if that is meant"
            )
        }
        guard (credentials.certificate == nil) == (credentials.key == nil), credentials.ca != nil || credentials.key != nil else {
            throw WorkError(
                .terminal, .badCredentials,
                "the credentials of \(host.endpoint) need ca, and certificate and key together, all PEM")
        }
        func bytes(_ text: String?) -> [UInt8]? { text.map { Array($0.utf8) } }
        return Endpoint.TLS(
            ca: bytes(credentials.ca), certificate: bytes(credentials.certificate), key: bytes(credentials.key))
    }
}

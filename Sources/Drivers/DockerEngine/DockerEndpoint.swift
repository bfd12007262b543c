package import Curl
package import Model

/// Reads `unix:///path` and `tcp://host:port`; over TCP with TLS unless the host has no credentials and says that it is insecure.
package enum DockerEndpoint {
    package static func read(_ host: HostTarget, _ credentials: HostCredentials?) throws(WorkError) -> Endpoint {
        if host.endpoint.hasPrefix("unix:///") {
            return .unix(String(host.endpoint.dropFirst("unix://".count)))
        }
        guard host.endpoint.hasPrefix("tcp://"), let (name, port) = address(host.endpoint.dropFirst("tcp://".count)) else {
            throw WorkError(
                .terminal, .hostUnsupported, "\(host.endpoint) is no Docker endpoint: use unix:///path or tcp://host:port")
        }
        return .tcp(host: name, port: port, tls: try tls(of: host, credentials))
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

    private static func address(_ text: Substring) -> (String, Int)? {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]), (1...65_535).contains(port)
        else { return nil }
        let name = text[..<colon]
        let bare = name.hasPrefix("[") && name.hasSuffix("]") ? name.dropFirst().dropLast() : name
        return bare.isEmpty || bare.contains("/") ? nil : (String(bare), port)
    }
}

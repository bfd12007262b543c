package import Curl
package import Model

/// Reads `unix:///path` and `tcp://host:port`.
package enum DockerEndpoint {
    package static func read(_ host: HostTarget) throws(WorkError) -> Endpoint {
        if host.endpoint.hasPrefix("unix:///") {
            return .unix(String(host.endpoint.dropFirst("unix://".count)))
        }
        guard host.endpoint.hasPrefix("tcp://"), let (name, port) = address(host.endpoint.dropFirst("tcp://".count)) else {
            throw WorkError(
                .terminal, .hostUnsupported, "\(host.endpoint) is no Docker endpoint: use unix:///path or tcp://host:port")
        }
        guard host.insecure else {
            throw WorkError(
                .terminal, .endpointNotAllowed,
                "\(host.endpoint) would be spoken to without TLS: register the host as insecure if that is meant")
        }
        return .tcp(host: name, port: port, tls: nil)
    }

    private static func address(_ text: Substring) -> (String, Int)? {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]), (1...65_535).contains(port)
        else { return nil }
        let name = text[..<colon]
        let bare = name.hasPrefix("[") && name.hasSuffix("]") ? name.dropFirst().dropLast() : name
        return bare.isEmpty || bare.contains("/") ? nil : (String(bare), port)
    }
}

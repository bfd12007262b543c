/// Which addresses a client may connect to. It is applied to the address that a name resolved to, at each connect, so neither a
/// name nor a server can lead elsewhere.
public struct AddressPolicy: Sendable, Hashable {
    private enum Rule: Sendable, Hashable {
        case any
        case only(sockets: Set<String>, networks: [Network])
    }

    private let rule: Rule

    /// Everything is allowed.
    public static let any = AddressPolicy(rule: .any)

    /// Only these are allowed.
    /// - Parameters:
    ///   - sockets: absolute paths of unix sockets, compared letter by letter.
    ///   - networks: `10.0.0.0/8`, `2001:db8::/32`, or a single address.
    /// - Throws: `.invalidRequest` where a network can't be read.
    public init(sockets: [String] = [], networks: [String] = []) throws(CurlError) {
        var parsed: [Network] = []
        for text in networks {
            guard let network = Network(text) else {
                throw CurlError(.invalidRequest, "\(text.debugDescription) is no network: write it like 10.0.0.0/8 or fd00::/8")
            }
            parsed.append(network)
        }
        rule = .only(sockets: Set(sockets), networks: parsed)
    }

    private init(rule: Rule) {
        self.rule = rule
    }

    func allows(_ address: SocketAddress) -> Bool {
        switch (rule, address) {
        case (.any, _): true
        case (.only(let sockets, _), .unix(let path)): sockets.contains(path)
        case (.only(_, let networks), .ip(let ip)): networks.contains { $0.contains(ip) }
        case (.only, .unknown): false
        }
    }
}

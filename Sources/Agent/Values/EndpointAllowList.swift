internal import Glibc
public import Model

/// The endpoints that an agent may reach, whatever its commands say. Without a rule nothing is allowed.
///
/// The addresses that names resolve to are judged at connect, by the HTTP client (`sockets`, `networks`); here the rest: the
/// scheme, the socket's path, the port, and that a connection in clear is wanted.
public struct EndpointAllowList: Sendable, Hashable {
    private struct NetworkRule: Sendable, Hashable {
        var network: String
        var port: Int?
    }

    /// Absolute paths of unix sockets.
    public private(set) var sockets: [String] = []
    private var rules: [NetworkRule] = []

    /// In CIDR form.
    public var networks: [String] { rules.map(\.network) }

    public struct Unreadable: Error, CustomStringConvertible {
        let rule: String
        public var description: String {
            "\(rule.debugDescription) is no endpoint rule: write unix:///path, tcp://10.0.0.0/8 or tcp://10.0.0.0/8:2376"
        }
    }

    /// - Parameter rules: `unix:///path`, `tcp://10.0.0.0/8`, `tcp://[fd00::]/8:2376`; an address without prefix is one address.
    public init(_ rules: [String]) throws(Unreadable) {
        for rule in rules { try add(rule) }
    }

    private mutating func add(_ rule: String) throws(Unreadable) {
        if case .unix(let path) = HostEndpoint(rule) {
            sockets.append(path)
        } else if rule.hasPrefix("tcp://"), let parsed = Self.network(String(rule.dropFirst("tcp://".count))) {
            rules.append(parsed)
        } else {
            throw Unreadable(rule: rule)
        }
    }

    /// - Throws: `endpointNotAllowed`, saying what to do.
    public func check(_ host: HostTarget) throws(WorkError) {
        switch HostEndpoint(host.endpoint) {
        case .unix(let path) where sockets.contains(path): return
        case .tcp where !host.insecure && host.sealedCredentials == nil:
            throw Self.refusal(
                "\(host.endpoint) would be reached in clear; the host must say so (insecure) or bring credentials")
        case .tcp(let place) where allows(place), .https(let place) where allows(place): return
        default: break
        }
        throw Self.refusal("this agent may not reach \(host.endpoint); its operator adds --allow for it")
    }

    /// A name may resolve into any of the networks, so it needs a port that all of them allow.
    private func allows(_ place: HostEndpoint.Place) -> Bool {
        func open(_ rule: NetworkRule) -> Bool { rule.port == nil || rule.port == place.port }
        guard let address = AddressBytes(place.host) else { return !rules.isEmpty && rules.allSatisfy(open) }
        return rules.contains { open($0) && AddressBytes.network($0.network, contains: address) }
    }

    private static func refusal(_ message: String) -> WorkError {
        WorkError(.terminal, .endpointNotAllowed, message)
    }

    /// `10.0.0.0/8:2376`, `[fd00::]/8:2376`, `fd00::/8`.
    private static func network(_ text: String) -> NetworkRule? {
        var rest = text.replacing("[", with: "").replacing("]", with: "")
        var port: Int?
        let hasPort = text.contains("/") ? text.split(separator: "/").last?.contains(":") == true : isPortSuffixed(text)
        if hasPort, let colon = rest.lastIndex(of: ":") {
            guard let number = Int(rest[rest.index(after: colon)...]), (1...65_535).contains(number) else { return nil }
            port = number
            rest = String(rest[..<colon])
        }
        guard AddressBytes.isNetwork(rest) else { return nil }
        return NetworkRule(network: rest, port: port)
    }

    /// Of an address without prefix: one colon after IPv4, or one after the bracket.
    private static func isPortSuffixed(_ text: String) -> Bool {
        text.contains("]:") || text.filter { $0 == ":" }.count == 1
    }
}

/// An address in network order, 4 or 16 bytes.
private struct AddressBytes {
    let bytes: [UInt8]

    init?(_ text: String) {
        var v4 = in_addr()
        var v6 = in6_addr()
        if inet_pton(AF_INET, text, &v4) == 1 {
            bytes = withUnsafeBytes(of: v4) { Array($0) }
        } else if inet_pton(AF_INET6, text, &v6) == 1 {
            bytes = withUnsafeBytes(of: v6) { Array($0) }
        } else {
            return nil
        }
    }

    static func isNetwork(_ text: String) -> Bool {
        parse(text) != nil
    }

    static func network(_ text: String, contains address: AddressBytes) -> Bool {
        guard let (base, prefix) = parse(text), base.bytes.count == address.bytes.count else { return false }
        return (0..<prefix).allSatisfy { base.bit($0) == address.bit($0) }
    }

    private static func parse(_ text: String) -> (AddressBytes, Int)? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard let base = AddressBytes(parts[0]), parts.count <= 2 else { return nil }
        guard parts.count == 2 else { return (base, base.bytes.count * 8) }
        guard let prefix = Int(parts[1]), (0...base.bytes.count * 8).contains(prefix) else { return nil }
        return (base, prefix)
    }

    private func bit(_ index: Int) -> Bool {
        bytes[index / 8] & (0x80 >> UInt8(index % 8)) != 0
    }
}

public import Model

/// Puts values in the place of a plan's references (`Plan`): secrets and certificates from the vault, the host's address, endpoints.
///
/// Endpoints are the assigned ones; a tenant's connection takes them from what was observed.
public struct References: Sendable {
    private let vault: Vault
    private let address: String
    /// Of every published port of the plan; `nil` where nobody answers now.
    private let endpoints: [String: Endpoint?]

    private struct Endpoint: Sendable {
        var host: String
        var port: Int
        var scheme: String
    }

    /// For what is made on a host: the ports that the ledger assigned.
    public init(_ work: ChainWork, on host: HostTarget, vault: Vault) {
        self.init(work, address: host.address, vault: vault) { node, port in
            work.port(of: node.name, port.name).map { (host.address, $0) }
        }
    }

    /// For who uses the chain: the ports that were observed.
    public init(_ work: ChainWork, on host: HostTarget, vault: Vault, observed: ObservedChain) {
        self.init(work, address: host.address, vault: vault) { node, port in
            guard let seen = observed.nodes.first(where: { $0.name == node.name }) else { return nil }
            return seen.ports.first { $0.name == port.name }.map { (seen.address ?? host.address, $0.port) }
        }
    }

    private init(
        _ work: ChainWork, address: String, vault: Vault, _ place: (PlannedNode, PlannedPort) -> (String, Int)?
    ) {
        self.vault = vault
        self.address = address
        var endpoints: [String: Endpoint?] = [:]
        for node in work.plan.nodes {
            for port in node.publishedPorts {
                let endpoint = place(node, port).map { Endpoint(host: $0, port: $1, scheme: port.scheme) }
                endpoints.updateValue(endpoint, forKey: "\(node.name).\(port.name)")
            }
        }
        self.endpoints = endpoints
    }

    /// How a value is written into the text around it.
    public enum Escaping: Sendable {
        case none
        /// For the inside of a JSON string (RFC 8259 section 7).
        case json
    }

    /// The text with every reference of ours resolved; other `${…}` belong to somebody else, a shell for instance.
    ///
    /// - Throws: `badPlan` for an unknown name, `notHealthy` for an endpoint that is not there now.
    public func resolve(_ text: String, escaping: Escaping = .none) throws(WorkError) -> String {
        try substitute(in: text) { (reference) throws(WorkError) in
            let value = try value(of: reference.split(separator: ".", omittingEmptySubsequences: false).map(String.init))
            return escaping == .json ? value?.escapedForJSON : value
        }
    }

    /// The text of an environment or a command, which anybody on the host can read: nothing from the vault gets in.
    public func resolvePublic(_ text: String) throws(WorkError) -> String {
        try substitute(in: text) { (reference) throws(WorkError) in
            let parts = reference.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
            guard !["secret", "identity", "authority"].contains(parts[0]) else {
                throw WorkError(
                    .terminal, .badPlan, "the plan refers to ${\(reference)} in an environment or a command; only files may")
            }
            return try value(of: parts)
        }
    }

    /// What a file of a node or task holds.
    public func content(of file: PlannedFile, given: GivenFiles) throws(WorkError) -> [UInt8] {
        if let source = file.given { return try given.content(of: source) }
        return Array(try resolve(file.content).utf8)
    }

    private func value(of reference: [String]) throws(WorkError) -> String? {
        switch (reference.first, reference.count) {
        case ("secret", 2): try known(vault.secrets[reference[1]], reference)
        case ("identity", 3): try member(reference, of: vault.certificates[reference[1]], keyAllowed: true)
        case ("authority", 3): try member(reference, of: vault.authorities[reference[1]], keyAllowed: false)
        case ("host", 2) where reference[1] == "address": address
        case ("endpoint", 4): try endpoint(reference)
        case ("secret", _), ("identity", _), ("authority", _), ("host", _), ("endpoint", _): try known(nil, reference)
        default: nil
        }
    }

    private func known(_ value: String?, _ reference: [String]) throws(WorkError) -> String {
        guard let value else {
            throw WorkError(
                .terminal, .badPlan, "the plan refers to ${\(reference.joined(separator: "."))}, which it does not declare")
        }
        return value
    }

    private func member(
        _ reference: [String], of credential: Vault.Credential?, keyAllowed: Bool
    ) throws(WorkError) -> String {
        switch reference[2] {
        case "certificate": try known(credential?.certificate, reference)
        case "key" where keyAllowed: try known(credential?.key, reference)
        default: try known(nil, reference)
        }
    }

    private func endpoint(_ reference: [String]) throws(WorkError) -> String {
        guard let declared = endpoints["\(reference[1]).\(reference[2])"] else { return try known(nil, reference) }
        guard let endpoint = declared else {
            throw WorkError(
                .transient, .notHealthy, "node \(reference[1]) publishes no port \(reference[2]) now; start the chain",
                node: reference[1])
        }
        let host = endpoint.host.contains(":") ? "[\(endpoint.host)]" : endpoint.host
        switch reference[3] {
        case "host": return endpoint.host
        case "port": return String(endpoint.port)
        case "url": return "\(endpoint.scheme)://\(host):\(endpoint.port)"
        default: return try known(nil, reference)
        }
    }
}

/// Replaces every `${reference}` for which `value` gives one; others stay as they are.
public func substitute(
    in text: String, _ value: (Substring) throws(WorkError) -> String?
) throws(WorkError) -> String {
    var result = ""
    var rest = text[...]
    while let start = rest.firstIndex(of: "$") {
        result += rest[..<start]
        rest = rest[start...]
        guard rest.dropFirst().first == "{", let end = rest.firstIndex(of: "}") else {
            result.append(rest.removeFirst())
            continue
        }
        let reference = rest[rest.index(start, offsetBy: 2)..<end]
        result += try value(reference) ?? String(rest[start...end])
        rest = rest[rest.index(after: end)...]
    }
    return result + rest
}

extension String {
    fileprivate var escapedForJSON: String {
        var result = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\u{0}"..."\u{1F}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

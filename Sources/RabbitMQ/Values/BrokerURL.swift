import FoundationEssentials

/// The parts of an AMQP URL, checked one by one. No error quotes a value that could hold a secret.
struct BrokerURL {
    let host: String
    private let components: URLComponents
    private let parameters: [String: String]

    private static let known: Set = ["cacertfile", "certfile", "keyfile", "auth_mechanism", "heartbeat", "connection_timeout"]

    init(_ url: String) throws(BrokerError) {
        guard let components = URLComponents(string: url) else {
            throw Self.wrong("it can't be parsed; percent-encode special characters of user, password and virtual host")
        }
        guard components.scheme == "amqp" || components.scheme == "amqps" else {
            throw Self.wrong("it must begin with amqp:// or amqps://")
        }
        guard let host = components.host, !host.isEmpty else { throw Self.wrong("it names no host") }
        self.host = host.trimmingBrackets
        self.components = components
        parameters = try Self.parameters(of: components)
    }

    private var isEncrypted: Bool { components.scheme == "amqps" }

    func port() throws(BrokerError) -> Int {
        let port = components.port ?? (isEncrypted ? 5671 : 5672)
        guard (1...65535).contains(port) else { throw Self.wrong("the port must be 1 to 65535") }
        return port
    }

    func virtualHost() throws(BrokerError) -> String {
        let path = components.percentEncodedPath
        if path.isEmpty { return "/" }
        guard !path.dropFirst().contains("/") else {
            throw Self.wrong("the virtual host must be one path segment (a slash in it is %2F)")
        }
        return String(components.path.dropFirst())
    }

    func tls() throws(BrokerError) -> BrokerConfiguration.TLS? {
        let files = ["cacertfile", "certfile", "keyfile"].compactMap { parameters[$0] }
        guard isEncrypted else {
            guard files.isEmpty else { throw Self.wrong("certificates need amqps://") }
            return nil
        }
        guard (parameters["certfile"] == nil) == (parameters["keyfile"] == nil) else {
            throw Self.wrong("certfile and keyfile belong together")
        }
        return .init(
            authorities: parameters["cacertfile"] ?? "/etc/ssl/certs/ca-certificates.crt", certificate: parameters["certfile"],
            key: parameters["keyfile"])
    }

    func login() throws(BrokerError) -> BrokerConfiguration.Login {
        switch parameters["auth_mechanism"]?.lowercased() {
        case nil, "plain":
            return .password(user: components.user ?? "guest", Secret(components.password ?? "guest"))
        case "external":
            guard parameters["certfile"] != nil else { throw Self.wrong("auth_mechanism=external needs a certfile") }
            return .certificate
        default:
            throw Self.wrong("auth_mechanism must be plain or external")
        }
    }

    func number(_ name: String, in range: ClosedRange<Int>, default standard: Int) throws(BrokerError) -> Int {
        guard let text = parameters[name] else { return standard }
        guard let number = Int(text), range.contains(number) else {
            throw Self.wrong("\(name) must be \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private static func parameters(of components: URLComponents) throws(BrokerError) -> [String: String] {
        var parameters: [String: String] = [:]
        for item in components.queryItems ?? [] {
            guard known.contains(item.name) else {
                throw wrong("it has an unknown query parameter; known are \(known.sorted().joined(separator: ", "))")
            }
            parameters[item.name] = item.value ?? ""
        }
        return parameters
    }

    private static func wrong(_ why: String) -> BrokerError {
        BrokerError(.configuration, "The AMQP URL can't be used: \(why).")
    }
}

extension String {
    /// `[::1]` is `::1` for a resolver.
    fileprivate var trimmingBrackets: String {
        hasPrefix("[") && hasSuffix("]") ? String(dropFirst().dropLast()) : self
    }
}

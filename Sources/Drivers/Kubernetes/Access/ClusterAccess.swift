import Curl
import FoundationEssentials
import Model

/// How a cluster is reached: where, whom it trusts and who we are.
struct ClusterAccess: Sendable {
    var endpoint: Endpoint
    var token: String?

    /// From the host's endpoint and credentials; of a kubeconfig the current context counts, and its server has to be the endpoint.
    init(_ host: HostTarget, _ credentials: HostCredentials?) throws(WorkError) {
        guard let (name, port) = Self.address(host.endpoint) else {
            throw WorkError(
                .terminal, .hostUnsupported, "\(host.endpoint) is no Kubernetes endpoint: use https://host:port")
        }
        guard let credentials else {
            throw WorkError(.terminal, .badCredentials, "a Kubernetes host needs credentials: a kubeconfig, or ca and token")
        }
        let identity = try Identity(credentials, server: (name, port))
        token = identity.token
        endpoint = .tcp(
            host: name, port: port,
            tls: Endpoint.TLS(ca: identity.authority, certificate: identity.certificate, key: identity.key))
    }

    /// `https://host:port`, with a slash at its end or none; without a port it is 443.
    static func address(_ text: String) -> (name: String, port: Int)? {
        guard text.hasPrefix("https://") else { return nil }
        var rest = text.dropFirst("https://".count)
        if rest.last == "/" { rest = rest.dropLast() }
        var port = 443
        if let colon = rest.lastIndex(of: ":"), !rest[colon...].contains("]") {
            guard let number = Int(rest[rest.index(after: colon)...]), (1...65_535).contains(number) else { return nil }
            port = number
            rest = rest[..<colon]
        }
        let name = rest.hasPrefix("[") && rest.hasSuffix("]") ? rest.dropFirst().dropLast() : rest
        return name.isEmpty || name.contains("/") ? nil : (String(name), port)
    }
}

/// Whom we trust and who we are.
private struct Identity {
    var authority: [UInt8]?
    var certificate: [UInt8]?
    var key: [UInt8]?
    var token: String?

    init(_ credentials: HostCredentials, server: (name: String, port: Int)) throws(WorkError) {
        if let kubeconfig = credentials.kubeconfig {
            try self.init(try Kubeconfig.read(kubeconfig), server: server)
        } else {
            self.init(
                authority: credentials.ca.map { Array($0.utf8) }, certificate: credentials.certificate.map { Array($0.utf8) },
                key: credentials.key.map { Array($0.utf8) }, token: credentials.token)
        }
        try check()
    }

    private init(authority: [UInt8]?, certificate: [UInt8]?, key: [UInt8]?, token: String?) {
        self.authority = authority
        self.certificate = certificate
        self.key = key
        self.token = token
    }

    private init(_ kubeconfig: Kubeconfig, server: (name: String, port: Int)) throws(WorkError) {
        let (cluster, user) = try kubeconfig.current()
        try Self.refuse(cluster.others.union(user.others))
        guard let address = ClusterAccess.address(cluster.server), address == server else {
            throw .badKubeconfig(
                "it is for \(cluster.server), which is not the host's endpoint https://\(server.name):\(server.port)")
        }
        authority = try Self.bytes(cluster.authority, "certificate-authority-data")
        certificate = try Self.bytes(user.certificate, "client-certificate-data")
        key = try Self.bytes(user.key, "client-key-data")
        token = user.token
    }

    private static let refused = [
        "exec": "plugins are programs, and agents run none; give a token or a client certificate",
        "auth-provider": "plugins are not known here; give a token or a client certificate",
        "certificate-authority": files, "client-certificate": files, "client-key": files, "tokenFile": files,
        "insecure-skip-tls-verify": "servers are always verified; give certificate-authority-data",
        "proxy-url": "agents use no proxies", "tls-server-name": "the endpoint's own name is verified",
        "username": passwords, "password": passwords, "as": "agents act as themselves",
    ]
    private static let files = "agents read no files; `kubectl config view --raw --flatten` puts their content inside"
    private static let passwords = "clusters take no passwords since Kubernetes 1.19"

    private static func refuse(_ members: Set<String>) throws(WorkError) {
        for member in members.sorted() {
            if let reason = refused[member] { throw .badKubeconfig("it says \(member): \(reason)") }
        }
    }

    private static func bytes(_ text: String?, _ member: String) throws(WorkError) -> [UInt8]? {
        guard let text else { return nil }
        guard let data = Data(base64Encoded: text) else { throw .badKubeconfig("its \(member) is not base64") }
        return Array(data)
    }

    private func check() throws(WorkError) {
        guard (certificate == nil) == (key == nil) else {
            throw WorkError(.terminal, .badCredentials, "the host's client certificate and its key come together")
        }
        guard certificate != nil || token != nil else {
            throw WorkError(.terminal, .badCredentials, "the host's credentials have neither a token nor a client certificate")
        }
    }
}

package import Curl
import FoundationEssentials
package import Model

/// How a cluster is reached: where, whom it trusts and who we are.
package struct ClusterAccess: Sendable {
    package var endpoint: Endpoint
    package var token: String?

    /// From the host's endpoint and credentials; of a kubeconfig the current context counts, and its server has to be the endpoint.
    package init(_ host: HostTarget, _ credentials: HostCredentials?) throws(WorkError) {
        guard case .https(let place) = HostEndpoint(host.endpoint) else {
            throw WorkError(
                .terminal, .hostUnsupported, "\(host.endpoint) is no Kubernetes endpoint: use https://host:port")
        }
        guard let credentials else {
            throw WorkError(.terminal, .badCredentials, "a Kubernetes host needs credentials: a kubeconfig, or ca and token")
        }
        let identity = try Identity(credentials, server: place)
        token = identity.token
        endpoint = .tcp(
            host: place.host, port: place.port,
            tls: Endpoint.TLS(ca: identity.authority, certificate: identity.certificate, key: identity.key))
    }

    /// The endpoint that a kubeconfig's current context names.
    package static func server(of kubeconfig: String) throws(WorkError) -> String {
        try Kubeconfig.read(kubeconfig).current().0.server
    }
}

/// Whom we trust and who we are.
private struct Identity {
    var authority: [UInt8]?
    var certificate: [UInt8]?
    var key: [UInt8]?
    var token: String?

    init(_ credentials: HostCredentials, server: HostEndpoint.Place) throws(WorkError) {
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

    private init(_ kubeconfig: Kubeconfig, server: HostEndpoint.Place) throws(WorkError) {
        let (cluster, user) = try kubeconfig.current()
        try Self.refuse(cluster.others.union(user.others))
        guard HostEndpoint(cluster.server) == .https(server) else {
            throw .badKubeconfig(
                "it is for \(cluster.server), which is not the host's endpoint https://\(server.host):\(server.port)")
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

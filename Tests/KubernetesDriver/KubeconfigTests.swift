import Curl
import Foundation
import Model
import Testing

@testable import KubernetesDriver

/// Kubeconfigs as people have them, and what of them an agent can't use.
@Suite struct KubeconfigTests {
    private func text(
        server: String = "https://10.0.0.1:6443", cluster: String = "", user: String = "    token: abc.def"
    ) -> String {
        """
        # As kubectl writes it.
        apiVersion: v1
        clusters:
        - cluster:
            certificate-authority-data: \(Data("CA".utf8).base64EncodedString())
            server: \(server)\(cluster)
          name: "one"
        - name: other
          cluster:
            server: https://10.9.9.9:6443
        contexts:
        - context:
            cluster: one
            user: 'it''s me'   # quoted
            namespace: default
          name: mine
        current-context: mine
        kind: Config
        preferences: {}
        users:
        - name: it's me
          user:
        \(user)
        """
    }

    private func access(_ kubeconfig: String, endpoint: String = "https://10.0.0.1:6443") throws -> ClusterAccess {
        try ClusterAccess(
            HostTarget(id: .fresh(), driver: .kubernetes, endpoint: endpoint, address: "a"),
            HostCredentials(kubeconfig: kubeconfig))
    }

    @Test func aTokenAndAnAuthority() throws {
        let access = try access(text())
        #expect(access.token == "abc.def")
        let tls = Endpoint.TLS(ca: Array("CA".utf8))
        #expect(access.endpoint == .tcp(host: "10.0.0.1", port: 6443, tls: tls))
    }

    @Test func aClientCertificate() throws {
        func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }
        let user = "    client-certificate-data: \(base64("C"))\n    client-key-data: \"\(base64("K"))\""
        let access = try access(text(user: user))
        #expect(access.token == nil)
        let tls = Endpoint.TLS(ca: Array("CA".utf8), certificate: Array("C".utf8), key: Array("K".utf8))
        #expect(access.endpoint == .tcp(host: "10.0.0.1", port: 6443, tls: tls))
    }

    @Test func asJSON() throws {
        let json = """
            {"current-context":"c","contexts":[{"name":"c","context":{"cluster":"k","user":"u"}}],
            "clusters":[{"name":"k","cluster":{"server":"https://k.example/"}}],"users":[{"name":"u","user":{"token":"t"}}]}
            """
        #expect(try access(json, endpoint: "https://k.example:443").token == "t")
    }

    @Test(arguments: [
        ("    exec:\n      command: aws\n      args:\n      - eks\n      - get-token", "exec"),
        ("    auth-provider:\n      name: gcp", "auth-provider"), ("    tokenFile: /run/token", "tokenFile"),
        ("    client-certificate: /c.pem\n    client-key: /k.pem", "client-certificate"),
        ("    username: a\n    password: b", "password"), ("    token: t\n    as: root", "as"),
        ("    client-certificate-data: QQ==", "together"), ("    client-certificate-data: '?'", "base64"),
        ("    {}", "can't be read"),
    ])
    func aUserThatAnAgentCantBe(_ user: String, reason: String) {
        #expect { try access(text(user: user)) } throws: { error in
            let error = error as? WorkError
            return error?.code == .badCredentials && error?.disposition == .terminal && error?.message.contains(reason) == true
        }
    }

    @Test(arguments: [
        ("\n    insecure-skip-tls-verify: true", "verified"), ("\n    proxy-url: http://p", "proxies"),
        ("\n    tls-server-name: x", "name"),
    ])
    func aClusterThatIsNotReachedSo(_ cluster: String, reason: String) {
        #expect { try access(text(cluster: cluster)) } throws: { ($0 as? WorkError)?.message.contains(reason) == true }
    }

    @Test func verifyingIsNoTrouble() throws {
        #expect(try access(text(cluster: "\n    insecure-skip-tls-verify: false")).token == "abc.def")
    }

    @Test func itIsForTheHostsOwnEndpoint() {
        #expect { try access(text(server: "https://10.0.0.2:6443")) } throws: { error in
            (error as? WorkError)?.message.contains("https://10.0.0.2:6443") == true
        }
    }

    @Test(arguments: [
        "", "a: &b c", "a: |\n  text", "\ta: b", "a: b\na: c", "a: [b]", "- a\n- b: *x", "a: \"x\\n\"", "just text",
    ])
    func whatIsNoKubeconfig(_ text: String) {
        #expect { try access(text) } throws: { ($0 as? WorkError)?.code == .badCredentials }
    }

    @Test(arguments: ["http://a:1", "https://", "https://a:0", "https://a/path", "tcp://a:1"])
    func anEndpointThatIsNone(_ endpoint: String) {
        #expect { try access(text(), endpoint: endpoint) } throws: { ($0 as? WorkError)?.code == .hostUnsupported }
    }
}

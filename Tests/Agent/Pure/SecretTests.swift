import Drivers
import Model
import Testing
import Wire

@testable import Agent

@Suite("Secrets and connection files")
struct SecretTests {
    let smith = SiteVaultSmith(key: .fresh())
    let work = Stage.work(secrets: [PlannedSecret(name: "a", length: 16), PlannedSecret(name: "b", length: 128)])

    func host(_ address: String = "10.0.0.1") -> HostTarget {
        HostTarget(id: .fresh(), driver: .memory, endpoint: "unix:///nobody", address: address)
    }

    @Test("a vault opens for its chain and incarnation alone, and no two are alike")
    func vault() throws {
        let chain = work.id
        let sealed = try smith.forge(for: work, on: host(), besides: [])
        let vault = try smith.open(sealed, chain: chain, incarnation: 1)
        #expect(vault.secrets["a"]?.count == 16 && vault.secrets["b"]?.count == 128)
        let other = try smith.open(smith.forge(for: work, on: host(), besides: []), chain: chain, incarnation: 1)
        #expect(other.secrets["a"] != vault.secrets["a"])
        for (chain, incarnation) in [(chain, 2), (ChainID.fresh(), 1)] {
            #expect { try smith.open(sealed, chain: chain, incarnation: incarnation) } throws: {
                ($0 as? WorkError)?.code == .vaultUnreadable
            }
        }
        #expect(throws: WorkError.self) { try SiteVaultSmith(key: .fresh()).open(sealed, chain: chain, incarnation: 1) }
    }

    @Test("a vault that no host would keep is refused")
    func limit() throws {
        let work = Stage.work(secrets: (0..<6000).map { PlannedSecret(name: "s\($0)", length: 128) })
        #expect { try smith.forge(for: work, on: host(), besides: []) } throws: { ($0 as? WorkError)?.code == .badPlan }
    }

    func resolve(
        _ content: String, address: String = "10.0.0.1", published: Bool = true, mediaType: String = "text/plain"
    ) throws -> String? {
        let work = Stage.work(connection: [ConnectionFile(name: "c", mediaType: mediaType, content: content)])
        let ports = published ? [PortAssignment(node: "one", name: "rpc", port: 20_000)] : []
        let chain = ObservedChain(
            id: .fresh(), nodes: [ObservedNode(name: "one", state: .running, ports: ports)], sequence: 1)
        let vault = Vault(
            secrets: ["key": "${endpoint.one.rpc.port}"],
            certificates: ["peer": Vault.Credential(certificate: "line\n\"line\"", key: "secret", expiresAt: 1)])
        let resolver = ConnectionResolver(work: work, host: host(address), observed: chain, vault: vault)
        return try resolver.connection().files.first?.content
    }

    @Test("references become what they name; a secret is never read as one")
    func references() throws {
        let text = "${endpoint.one.rpc.host}:${endpoint.one.rpc.port} ${endpoint.one.rpc.url} $ {x} ${secret.key}"
        #expect(try resolve(text) == "10.0.0.1:20000 http://10.0.0.1:20000 $ {x} ${endpoint.one.rpc.port}")
        #expect(try resolve("${endpoint.one.rpc.url}", address: "fd00::1") == "http://[fd00::1]:20000")
        #expect(try resolve("${host.address} ${other} ${identity.peer.key}") == "10.0.0.1 ${other} secret")
        let json = try resolve("\"${identity.peer.certificate}\"", mediaType: "application/json")
        #expect(json == #""line\n\"line\"""#)
    }

    @Test(
        "a reference to nothing is a bad plan, one to a stopped node is not",
        arguments: [
            "${endpoint.two.rpc.host}", "${endpoint.one.p2p.host}", "${endpoint.one.rpc.name}", "${secret.none}",
            "${identity.peer.name}", "${authority.one.key}",
        ])
    func wrong(_ text: String) throws {
        #expect { try resolve(text) } throws: { ($0 as? WorkError)?.code == .badPlan }
        #expect { try resolve("${endpoint.one.rpc.url}", published: false) } throws: { ($0 as? WorkError)?.code == .notHealthy }
    }
}

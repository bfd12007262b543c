import Blueprints
import Drivers
import Model
import Testing
import Vaults

/// The certificates of a Fabric network, as openssl sees them.
@Suite("Fabric's identities")
struct FabricIdentityTests {
    private static func work() throws -> ChainWork {
        let blueprint = try #require(try BlueprintCatalogue.embedded().blueprint(named: "fabric"))
        let plan = try blueprint.render(parameters: .object(["orderers": 3, "peers": 2, "certificateDays": 90]))
        return ChainWork(id: .fresh(), plan: plan, desired: Desired(), subnet: "10.201.0.0/26", ports: [], sequence: 1)
    }

    private static func vault(of work: ChainWork) throws -> Vault {
        let host = HostTarget(id: .fresh(), driver: .memory, endpoint: "unix:///nobody", address: "fabric.example.org")
        return try Vault.fresh(for: work, on: host)
    }

    @Test("every certificate is believed by its own authority and by no other")
    func chains() async throws {
        let work = try Self.work()
        let (openssl, vault) = (try OpenSSL(), try Self.vault(of: work))
        for (name, authority) in vault.authorities { try openssl.write(authority.certificate, to: name) }
        for planned in work.plan.certificates {
            try openssl.write(try #require(vault.certificates[planned.name]).certificate, to: "leaf")
            let strict = ["verify", "-x509_strict", "-check_ss_sig", "-no-CApath", "-no-CAstore"]
            let purposes = planned.purposes.map { ["-purpose", $0 == .server ? "sslserver" : "sslclient"] }
            for purpose in purposes.isEmpty ? [[]] : purposes {
                #expect(try await openssl(strict + purpose + ["-CAfile", planned.authority, "leaf"]) == "leaf: OK\n")
            }
            let sibling = planned.authority.hasSuffix("-tlsca") ? planned.name(of: "-ca") : planned.name(of: "-tlsca")
            #expect(try await openssl(strict + ["-CAfile", sibling, "leaf"]).contains("unable to get local issuer"))
        }
    }

    @Test("nodes, administrators and clients are told apart by their units, nodes are found by their names")
    func content() async throws {
        let (openssl, vault) = (try OpenSSL(), try Self.vault(of: try Self.work()))
        func text(_ name: String) async throws -> String {
            try openssl.write(try #require(vault.certificates[name]).certificate, to: "leaf")
            return try await openssl("x509", "-in", "leaf", "-noout", "-text", "-nameopt", "RFC2253")
        }
        for (name, subject) in [
            ("peer1-org2", "CN=peer1.org2.example.com,OU=peer"), ("orderer2", "CN=orderer2.example.com,OU=orderer"),
            ("org1-admin", "CN=admin@org1.example.com,OU=admin"), ("org2-client", "CN=client@org2.example.com,OU=client"),
            ("orderer-admin", "CN=admin@example.com,OU=admin"),
        ] {
            let signer = try await text(name)
            #expect(signer.contains("Subject: \(subject)\n"))
            #expect(signer.contains("X509v3 Key Usage: critical\n                Digital Signature\n"))
            #expect(!signer.contains("Extended Key Usage") && signer.contains("CA:FALSE"))
        }
        for (node, host) in [("peer1-org2", "peer1.org2.example.com"), ("orderer2", "orderer2.example.com")] {
            let server = try await text(node + "-tls")
            #expect(server.contains("TLS Web Server Authentication, TLS Web Client Authentication\n"))
            let names = ["DNS:\(host)", "DNS:\(node)", "DNS:localhost", "IP Address:127.0.0.1", "DNS:fabric.example.org"]
            #expect(server.contains("                \(names.joined(separator: ", "))\n"))
        }
    }

    @Test("two chains share no key, and the first certificate to expire is known")
    func apart() throws {
        let work = try Self.work()
        let vaults = try [Self.vault(of: work), Self.vault(of: work)]
        let count = work.plan.authorities.count + work.plan.certificates.count
        #expect(vaults[0].hidden.count == count)
        #expect(Set(vaults.flatMap(\.hidden)).count == 2 * count)
        let ends = vaults[0].certificates.values.map(\.expiresAt)
        #expect(vaults[0].certificatesExpireAt == ends.min())
    }
}

extension PlannedCertificate {
    /// The other authority of the same organization.
    fileprivate func name(of kind: String) -> String {
        authority.prefix { $0 != "-" } + kind
    }
}

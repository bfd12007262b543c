import Drivers
import Foundation
import Model
import Testing
import Vaults

@Suite("Fresh vaults")
struct VaultTests {
    private static func work(
        secrets: [PlannedSecret] = [], authorities: [PlannedAuthority] = Self.authorities,
        certificates: [PlannedCertificate] = Self.certificates
    ) -> ChainWork {
        ChainWork(
            id: .fresh(),
            plan: Plan(
                blueprint: BlueprintReference(name: "test", version: 1), secrets: secrets, authorities: authorities,
                certificates: certificates, nodes: [PlannedNode(name: "one", image: "image")]),
            desired: Desired(), subnet: "10.201.0.0/28", ports: [], sequence: 1)
    }

    private static func host(_ address: String = "10.0.0.1") -> HostTarget {
        HostTarget(id: .fresh(), driver: .memory, endpoint: "unix:///nobody", address: address)
    }

    private static let authorities = [
        PlannedAuthority(
            name: "sign",
            subject: PlannedSubject(
                commonName: "ca.org1.example.com", organization: "org1.example.com", country: "US", province: "California",
                locality: "San Francisco"),
            days: 3650),
        PlannedAuthority(name: "tls", subject: PlannedSubject(commonName: "tlsca.org1.example.com"), days: 36_500),
    ]

    private static let certificates = [
        PlannedCertificate(
            name: "peer", authority: "sign",
            subject: PlannedSubject(commonName: "peer0", units: ["peer", "second"], country: "US"), days: 3650),
        PlannedCertificate(
            name: "peerTLS", authority: "tls", subject: PlannedSubject(commonName: "peer0"),
            names: ["peer0.org1.example.com", "${host.address}", "localhost", "127.0.0.1", "fd00::1", "*.example.com"],
            purposes: [.server, .client], days: 36_500),
    ]

    @Test("no two share a secret or a key")
    func fresh() throws {
        let work = Self.work(secrets: [PlannedSecret(name: "a", length: 16), PlannedSecret(name: "b", length: 128)])
        let vaults = try [work, work, Self.work()].map { try Vault.fresh(for: $0, on: Self.host()) }
        #expect(vaults[0].secrets["a"]?.count == 16 && vaults[0].secrets["b"]?.count == 128)
        let hidden = vaults.flatMap(\.hidden)
        #expect(hidden.count == 16 && Set(hidden).count == 16)
        let certificates = vaults.flatMap { Array($0.authorities.values) + Array($0.certificates.values) }.map(\.certificate)
        #expect(Set(certificates).count == 12)
    }

    @Test("openssl believes every chain of certificates, strictly, and only of their own authority")
    func verified() async throws {
        let (openssl, vault) = (try OpenSSL(), try Vault.fresh(for: Self.work(), on: Self.host()))
        for (name, credential) in vault.authorities.merging(vault.certificates, uniquingKeysWith: { $1 }) {
            try openssl.write(credential.certificate, to: name)
            try openssl.write(credential.key, to: name + ".key")
            #expect(credential.key.hasPrefix("-----BEGIN PRIVATE KEY-----\n"))
            let (certified, own) = try await (
                openssl("x509", "-in", name, "-noout", "-pubkey"), openssl("pkey", "-in", name + ".key", "-pubout")
            )
            #expect(certified == own && own.hasPrefix("-----BEGIN PUBLIC KEY-----"))
        }
        let strict = ["-x509_strict", "-check_ss_sig", "-no-CApath", "-no-CAstore"]
        for (authority, leaf, purpose) in [
            ("sign", "peer", "any"), ("tls", "peerTLS", "sslserver"), ("tls", "peerTLS", "sslclient"),
        ] {
            let said = try await openssl(["verify"] + strict + ["-purpose", purpose, "-CAfile", authority, leaf])
            #expect(said == "\(leaf): OK\n")
        }
        #expect(try await openssl(["verify"] + strict + ["-CAfile", "tls", "tls"]) == "tls: OK\n")
        let wrong = try await openssl(["verify"] + strict + ["-CAfile", "sign", "peerTLS"])
        #expect(wrong.contains("unable to get local issuer certificate"), "\(wrong)")
        let server = try await openssl(
            ["verify"] + strict + ["-purpose", "sslserver", "-CAfile", "tls", "-verify_hostname", "x", "peerTLS"])
        #expect(server.contains("hostname mismatch"), "\(server)")
    }

    @Test("what names the host's address names its other machines', and nothing else does")
    func machines() async throws {
        let openssl = try OpenSSL()
        let vault = try Vault.fresh(
            for: Self.work(), on: Self.host("chains.example.org"), besides: ["10.7.7.7", "b.example.org"])
        func names(_ certificate: String) async throws -> String {
            try openssl.write(try #require(vault.certificates[certificate]).certificate, to: "certificate")
            return try await openssl("x509", "-in", "certificate", "-noout", "-ext", "subjectAltName")
        }
        let server = try await names("peerTLS")
        for name in ["DNS:chains.example.org", "IP Address:10.7.7.7", "DNS:b.example.org"] {
            #expect(server.contains(name))
        }
        #expect(try await !names("peer").contains("10.7.7.7"))
    }

    @Test("certificates say what the plan says")
    func content() async throws {
        let (openssl, vault) = (try OpenSSL(), try Vault.fresh(for: Self.work(), on: Self.host("chains.example.org")))
        func text(_ credential: Vault.Credential?) async throws -> String {
            try openssl.write(try #require(credential).certificate, to: "certificate")
            return try await openssl("x509", "-in", "certificate", "-noout", "-text", "-nameopt", "RFC2253")
        }
        let authority = try await text(vault.authorities["sign"])
        #expect(authority.contains("Subject: CN=ca.org1.example.com,O=org1.example.com,L=San Francisco,ST=California,C=US\n"))
        #expect(authority.contains("X509v3 Basic Constraints: critical\n                CA:TRUE, pathlen:0\n"))
        #expect(authority.contains("X509v3 Key Usage: critical\n                Certificate Sign, CRL Sign\n"))
        #expect(authority.contains("X509v3 Subject Key Identifier"))
        #expect(authority.contains("NIST CURVE: P-256") && authority.contains("ecdsa-with-SHA256"))

        let peer = try await text(vault.certificates["peer"])
        #expect(peer.contains("Subject: CN=peer0,OU=second,OU=peer,C=US\n"))
        #expect(peer.contains("X509v3 Basic Constraints: critical\n                CA:FALSE\n"))
        #expect(peer.contains("X509v3 Key Usage: critical\n                Digital Signature\n"))
        #expect(peer.contains("X509v3 Authority Key Identifier") && !peer.contains("Alternative") && !peer.contains("Extended"))

        let server = try await text(vault.certificates["peerTLS"])
        #expect(server.contains("TLS Web Server Authentication, TLS Web Client Authentication\n"))
        let names =
            ["DNS:peer0.org1.example.com", "DNS:chains.example.org", "DNS:localhost"]
            + ["IP Address:127.0.0.1", "IP Address:FD00:0:0:0:0:0:0:1", "DNS:*.example.com"]
        #expect(server.contains("                \(names.joined(separator: ", "))\n"), "\(server)")
    }

    @Test("an address of the host is written as one, and once")
    func hostAddress() async throws {
        let (openssl, vault) = (try OpenSSL(), try Vault.fresh(for: Self.work(), on: Self.host("127.0.0.1")))
        try openssl.write(try #require(vault.certificates["peerTLS"]).certificate, to: "certificate")
        let names = try await openssl("x509", "-in", "certificate", "-noout", "-ext", "subjectAltName")
        #expect(names.components(separatedBy: "IP Address:127.0.0.1").count == 2 && !names.contains("DNS:127.0.0.1"), "\(names)")
    }

    @Test("they are valid from a little before now, for as long as planned, and the first end is known")
    func validity() async throws {
        let before = Date.now
        let (openssl, vault) = (try OpenSSL(), try Vault.fresh(for: Self.work(), on: Self.host()))
        let peer = try #require(vault.certificates["peer"])
        try openssl.write(peer.certificate, to: "certificate")
        #expect(peer.expiresAt >= Int(before.timeIntervalSince1970) + 3650 * 86_400)
        #expect(vault.certificatesExpireAt == peer.expiresAt)
        let verdict = try await openssl("x509", "-in", "certificate", "-noout", "-checkend", String(3649 * 86_400))
        #expect(verdict == "Certificate will not expire\n")
        let started = try await openssl(
            "verify", "-attime", String(Int(before.timeIntervalSince1970) - 300), "-partial_chain", "-trusted", "certificate",
            "certificate")
        #expect(started == "certificate: OK\n")
    }

    @Test("signatures are the lower of the two that mean the same")
    func lowSignatures() throws {
        for _ in 0..<8 {
            let vault = try Vault.fresh(for: Self.work(), on: Self.host())
            for credential in Array(vault.authorities.values) + Array(vault.certificates.values) {
                let lines = credential.certificate.split(separator: "\n").dropFirst().dropLast()
                let der = try #require(Data(base64Encoded: lines.joined()))
                // The last integer is s; one in the upper half needs a 33rd byte.
                #expect(der.suffix(35).prefix(3) != Data([0x02, 0x21, 0x00]))
            }
        }
    }

    private static let longText = String(repeating: "x", count: 65)

    private static let broken: [(authorities: [PlannedAuthority], certificates: [PlannedCertificate], says: String)] = [
        ([], [certificates[0]], "the certificate peer is of the authority sign, which is unknown"),
        ([authorities[0], authorities[0]], [], "the authority sign is there twice"),
        (authorities, [certificates[0], certificates[0]], "the certificate peer is there twice"),
        (
            [PlannedAuthority(name: "a", subject: PlannedSubject(commonName: "a"), days: 0)], [],
            "the authority a must be valid for 1"
        ),
        (
            [PlannedAuthority(name: "a", subject: PlannedSubject(commonName: ""), days: 1)], [],
            "the common name of the authority a"
        ),
        (
            [PlannedAuthority(name: "a", subject: PlannedSubject(commonName: "a", country: "USA"), days: 1)], [],
            "the country of the authority a must have 1 to 2"
        ),
        (
            [PlannedAuthority(name: "a", subject: PlannedSubject(commonName: "a", country: "ä1"), days: 1)], [],
            "the subject of the authority a can't be written"
        ),
        (authorities, [changed { $0.days = 3651 }], "the certificate peer must be valid for 1 to 3650 days"),
        (authorities, [changed { $0.subject.units = [longText] }], "a unit of the certificate peer must have 1 to 64"),
        (authorities, [changed { $0.names = ["a..b"] }], "the certificate peer names a..b, which is neither"),
        (authorities, [changed { $0.names = ["-a"] }], "the certificate peer names -a, which is neither"),
        (authorities, [changed { $0.names = ["*"] }], "the certificate peer names *, which is neither"),
        (authorities, [changed { $0.names = [""] }], "the certificate peer names , which is neither"),
        (authorities, [changed { $0.names = ["${secret.a}"] }], "the plan refers to ${secret.a}"),
    ]

    private static func changed(_ change: (inout PlannedCertificate) -> Void) -> PlannedCertificate {
        var certificate = certificates[0]
        change(&certificate)
        return certificate
    }

    @Test("what can't be made is a bad plan, and says what", arguments: broken)
    func refused(_ authorities: [PlannedAuthority], _ certificates: [PlannedCertificate], _ says: String) throws {
        let work = Self.work(authorities: authorities, certificates: certificates)
        let error = #expect(throws: WorkError.self) { try Vault.fresh(for: work, on: Self.host()) }
        #expect(error?.code == .badPlan && error?.disposition == .terminal)
        #expect(error?.message.hasPrefix(says) == true, "\(error?.message ?? "")")
    }
}

internal import Crypto
internal import Drivers
internal import FoundationEssentials
internal import Model
internal import SwiftASN1
internal import X509

/// An authority of one chain with its key: signs the chain's certificates, and is forgotten.
struct Issuer {
    let credential: Vault.Credential
    private let authority: PlannedAuthority
    private let certificate: Certificate
    private let key: P256.Signing.PrivateKey

    init(_ authority: PlannedAuthority, at now: Date) throws(WorkError) {
        guard (1...36_500).contains(authority.days) else {
            throw .badPlan("the authority \(authority.name) must be valid for 1 to 36500 days")
        }
        let key = P256.Signing.PrivateKey()
        let name = try authority.subject.distinguishedName(of: "the authority \(authority.name)")
        let validity = Validity(days: authority.days, at: now)
        certificate = try signed(authority.name) {
            try Certificate(
                key.publicKey, subject: name, validity,
                extensions: Certificate.Extensions {
                    Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                    Critical(KeyUsage(keyCertSign: true, cRLSign: true))
                    SubjectKeyIdentifier(keyIdentifier: key.publicKey.identifier)
                },
                issuer: name, issuerKey: key)
        }
        credential = try signed(authority.name) { [certificate] in try Vault.Credential(certificate, key, validity) }
        self.authority = authority
        self.key = key
    }

    /// A certificate and its fresh key.
    func issue(_ planned: PlannedCertificate, at now: Date, _ references: References) throws(WorkError) -> Vault.Credential {
        guard (1...authority.days).contains(planned.days) else {
            throw .badPlan("the certificate \(planned.name) must be valid for 1 to \(authority.days) days, as its authority is")
        }
        let key = P256.Signing.PrivateKey()
        let subject = try planned.subject.distinguishedName(of: "the certificate \(planned.name)")
        let names = try planned.alternativeNames(references)
        let validity = Validity(days: planned.days, at: now)
        return try signed(planned.name) {
            let made = try Certificate(
                key.publicKey, subject: subject, validity,
                extensions: Certificate.Extensions {
                    Critical(BasicConstraints.notCertificateAuthority)
                    Critical(KeyUsage(digitalSignature: true))
                    if !planned.purposes.isEmpty { try ExtendedKeyUsage(planned.purposes.map(\.usage)) }
                    SubjectKeyIdentifier(keyIdentifier: key.publicKey.identifier)
                    AuthorityKeyIdentifier(keyIdentifier: self.key.publicKey.identifier)
                    if !names.isEmpty { SubjectAlternativeNames(names) }
                },
                issuer: certificate.subject, issuerKey: self.key)
            return try Vault.Credential(made, key, validity)
        }
    }
}

/// What the library refuses is something in the plan, which is all that it is given.
private func signed<R>(_ name: String, _ make: () throws -> R) throws(WorkError) -> R {
    do {
        return try make()
    } catch {
        throw .badPlan("the certificate of \(name) can't be made: \(error)")
    }
}

/// From a little before now, so that a machine whose clock is behind believes it.
private struct Validity {
    let from: Date
    let until: Date

    init(days: Int, at now: Date) {
        from = now.addingTimeInterval(-600)
        until = now.addingTimeInterval(Double(days) * 86_400)
    }
}

extension Certificate {
    fileprivate init(
        _ key: P256.Signing.PublicKey, subject: DistinguishedName, _ validity: Validity, extensions: Extensions,
        issuer: DistinguishedName, issuerKey: P256.Signing.PrivateKey
    ) throws {
        try self.init(
            version: .v3, serialNumber: SerialNumber(), publicKey: PublicKey(key), notValidBefore: validity.from,
            notValidAfter: validity.until, issuer: issuer, subject: subject, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: extensions, issuerPrivateKey: PrivateKey(LowSigningKey(key: issuerKey)))
    }
}

extension Vault.Credential {
    fileprivate init(_ certificate: Certificate, _ key: P256.Signing.PrivateKey, _ validity: Validity) throws {
        self.init(
            certificate: try certificate.serializeAsPEM().pemString + "\n", key: key.pemRepresentation + "\n",
            expiresAt: Int(validity.until.timeIntervalSince1970))
    }
}

extension P256.Signing.PublicKey {
    /// The leftmost 160 bits of the key's SHA-256 (RFC 7093, method 1).
    fileprivate var identifier: ArraySlice<UInt8> {
        ArraySlice(SHA256.hash(data: x963Representation).prefix(20))
    }
}

extension PlannedCertificate.Purpose {
    fileprivate var usage: ExtendedKeyUsage.Usage {
        switch self {
        case .server: .serverAuth
        case .client: .clientAuth
        }
    }
}

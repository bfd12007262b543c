internal import Crypto
internal import FoundationEssentials
internal import SwiftASN1
internal import X509

/// Signs with an `s` in the lower half of its range. Of the two signatures that mean the same, Hyperledger Fabric takes this one
/// alone, and rewrites a certificate that has the other: the identity in its blocks would not be the certificate in the vault.
struct LowSigningKey: CustomPrivateKey, Hashable {
    let key: P256.Signing.PrivateKey

    var publicKey: Certificate.PublicKey { Certificate.PublicKey(key.publicKey) }
    var defaultSignatureAlgorithm: Certificate.SignatureAlgorithm { .ecdsaWithSHA256 }
    var supportedSignatureAlgorithms: [Certificate.SignatureAlgorithm] { [.ecdsaWithSHA256] }
    static var defaultPEMDiscriminator: String { "PRIVATE KEY" }

    func signSynchronously(
        bytes: some DataProtocol, signatureAlgorithm: Certificate.SignatureAlgorithm
    ) throws -> Certificate.Signature {
        var signature = try key.signature(for: bytes)
        // Half of the order begins with 7f.
        while signature.rawRepresentation.dropFirst(32).first ?? 0 >= 0x7f { signature = try key.signature(for: bytes) }
        return try Certificate.Signature(
            signatureAlgorithm: signatureAlgorithm, signatureBytes: ASN1BitString(bytes: ArraySlice(signature.derRepresentation)))
    }

    func serialize(into coder: inout DER.Serializer) throws {
        coder.serializeRawBytes(key.derRepresentation)
    }

    static func == (one: LowSigningKey, other: LowSigningKey) -> Bool {
        one.key.rawRepresentation == other.key.rawRepresentation
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(key.publicKey.rawRepresentation)
    }
}

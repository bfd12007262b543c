internal import Crypto
internal import FoundationEssentials

/// Seals secrets so that only the holder of a private key reads them, and only for what they are bound to:
/// HPKE (RFC 9180), base mode, X25519, HKDF-SHA256, ChaCha20-Poly1305.
///
/// The text is `1.<encapsulated key>.<ciphertext>`, both base64; the 1 names this suite.
public enum Sealing {
    /// - Parameter bindings: what the secret belongs to, its purpose first. Opening asks for the same, in the same order.
    public static func seal(_ bytes: [UInt8], to key: SitePublicKey, bindings: [String]) throws(WireError) -> String {
        do {
            var sender = try HPKE.Sender(recipientKey: key.key, ciphersuite: suite, info: info(bindings))
            let sealed = try sender.seal(bytes)
            return "1.\(Base64.text(sender.encapsulatedKey)).\(Base64.text(sealed))"
        } catch {
            throw .badKey
        }
    }

    /// - Throws: `unopenable`.
    public static func open(_ text: String, with key: SitePrivateKey, bindings: [String]) throws(WireError) -> [UInt8] {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, parts[0] == "1" else { throw .unopenable }
        for key in [key.key] + key.former {
            if let bytes = try? open(parts[1], parts[2], with: key, info(bindings)) { return bytes }
        }
        throw .unopenable
    }

    private static func open(
        _ encapsulated: String, _ sealed: String, with key: Curve25519.KeyAgreement.PrivateKey, _ info: Data
    ) throws -> [UInt8] {
        var recipient = try HPKE.Recipient(
            privateKey: key, ciphersuite: suite, info: info, encapsulatedKey: Data(try Base64.bytes(encapsulated)))
        return [UInt8](try recipient.open(Data(try Base64.bytes(sealed))))
    }

    private static var suite: HPKE.Ciphersuite { .Curve25519_SHA256_ChachaPoly }

    /// Each binding with its length, so that no two lists give the same bytes.
    private static func info(_ bindings: [String]) -> Data {
        var info = Data("continuo/v1".utf8)
        for binding in bindings {
            info.append(contentsOf: "/\(binding.utf8.count):".utf8)
            info.append(contentsOf: binding.utf8)
        }
        return info
    }
}

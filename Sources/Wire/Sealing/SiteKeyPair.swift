internal import Crypto

/// To which secrets of a site, or one answer, are sealed; X25519. May be seen by anyone.
public struct SitePublicKey: Sendable {
    let key: Curve25519.KeyAgreement.PublicKey

    /// - Throws: `badKey` where `base64` does not hold 32 bytes.
    public init(base64: String) throws(WireError) {
        let bytes = try Base64.bytes(base64, count: 32)
        guard let key = try? Curve25519.KeyAgreement.PublicKey(rawRepresentation: bytes) else { throw .badKey }
        self.key = key
    }

    fileprivate init(_ key: Curve25519.KeyAgreement.PublicKey) {
        self.key = key
    }

    public var base64: String { Base64.text(key.rawRepresentation) }
}

/// Opens what was sealed to its public half, a site's own or a one-time key, and what was sealed to those that it took the place of.
public struct SitePrivateKey: Sendable {
    let key: Curve25519.KeyAgreement.PrivateKey
    let former: [Curve25519.KeyAgreement.PrivateKey]

    init(base64: String, former: [String] = []) throws(WireError) {
        key = try Self.key(base64)
        var keys: [Curve25519.KeyAgreement.PrivateKey] = []
        for text in former { keys.append(try Self.key(text)) }
        self.former = keys
    }

    private init() {
        key = Curve25519.KeyAgreement.PrivateKey()
        former = []
    }

    private static func key(_ base64: String) throws(WireError) -> Curve25519.KeyAgreement.PrivateKey {
        let bytes = try Base64.bytes(base64, count: 32)
        guard let key = try? Curve25519.KeyAgreement.PrivateKey(rawRepresentation: bytes) else { throw .badKey }
        return key
    }

    public static func fresh() -> SitePrivateKey {
        SitePrivateKey()
    }

    public var publicKey: SitePublicKey { SitePublicKey(key.publicKey) }

    var base64: String { Base64.text(key.rawRepresentation) }
}

extension SitePrivateKey: CustomStringConvertible, CustomReflectable {
    public var description: String { "private key" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

internal import Crypto

/// The root of all signing keys: 32 random bytes that engine and watchdog hold, and nobody else.
public struct RootKey: Sendable {
    let key: SymmetricKey

    /// - Throws: `badKey` where `base64` does not hold 32 bytes.
    public init(base64: String) throws(WireError) {
        key = SymmetricKey(data: try Base64.bytes(base64, count: 32))
    }

    private init(_ key: SymmetricKey) {
        self.key = key
    }

    public static func fresh() -> RootKey {
        RootKey(SymmetricKey(size: .bits256))
    }

    /// For the key file; never for a log.
    public var base64: String { key.withUnsafeBytes { Base64.text($0) } }
}

extension RootKey: CustomStringConvertible, CustomReflectable {
    public var description: String { "root key" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// Which way a message goes; each way has a key of its own.
public enum Direction: String, Sendable, CaseIterable {
    /// From engine and watchdog to the agents of a site.
    case commands
    /// From the agents of a site.
    case reports
    /// From a watchdog to the watchdogs; no site ever holds this key.
    case markers
}

/// Signs one direction of one site: HMAC-SHA256 with a key that HKDF-SHA256 derives from the root
/// (info `continuo/v1/<site>/<direction>`), so that a site's agents hold nothing that opens another site's road.
public struct SigningKey: Sendable {
    /// Goes into the header `continuo-key`: `<site>/<direction>`.
    public let name: String
    private let key: SymmetricKey

    public init(root: RootKey, site: String, direction: Direction) {
        name = Self.name(site, direction)
        key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: root.key, info: Array("continuo/v1/\(site)/\(direction.rawValue)".utf8), outputByteCount: 32)
    }

    init(base64: String, site: String, direction: Direction) throws(WireError) {
        name = Self.name(site, direction)
        key = SymmetricKey(data: try Base64.bytes(base64, count: 32))
    }

    static func name(_ site: String, _ direction: Direction) -> String {
        "\(site)/\(direction.rawValue)"
    }

    /// For the site file.
    var base64: String { key.withUnsafeBytes { Base64.text($0) } }

    func signature(of body: [UInt8]) -> String {
        Base64.text(HMAC<SHA256>.authenticationCode(for: body, using: key))
    }

    /// Compares in constant time.
    func isValid(_ signature: String, for body: [UInt8]) -> Bool {
        guard let code = try? Base64.bytes(signature, count: 32) else { return false }
        return HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: body, using: key)
    }
}

extension SigningKey: CustomStringConvertible, CustomReflectable {
    public var description: String { "signing key \(name)" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

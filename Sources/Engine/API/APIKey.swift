import Crypto

/// An API key as its owner holds it: `ctn_<id>.<secret>`. The ledger keeps the hash of the secret alone.
///
/// The secret has 256 random bits, so one round of SHA-256 protects it: there is nothing to guess.
public struct APIKey: Sendable {
    public let id: String
    private let secret: String

    public static func fresh() -> APIKey {
        APIKey(id: random(10), secret: random(32))
    }

    private init(id: String, secret: String) {
        self.id = id
        self.secret = secret
    }

    /// Reads the value of an `Authorization` field; `nil` when it holds no such key.
    init?(authorization: String) {
        let words = authorization.split(separator: " ", maxSplits: 1)
        guard words.count == 2, words[0].lowercased() == "bearer" else { return nil }
        self.init(text: words[1])
    }

    init?(text: some StringProtocol) {
        guard text.utf8.count <= 200, text.hasPrefix("ctn_") else { return nil }
        let parts = text.dropFirst(4).split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else { return nil }
        self.init(id: String(parts[0]), secret: String(parts[1]))
    }

    /// What its owner is given, once.
    public var text: String { "ctn_\(id).\(secret)" }

    public var secretHash: [UInt8] { Array(SHA256.hash(data: Array(secret.utf8))) }

    /// Whether a text may be the id of a key.
    static func isID(_ text: String) -> Bool {
        text.utf8.count == 20
            && text.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || UInt8(ascii: "a")...UInt8(ascii: "f") ~= $0 }
    }

    /// So many random bytes in hexadecimal.
    private static func random(_ count: Int) -> String {
        SymmetricKey(size: SymmetricKeySize(bitCount: count * 8)).withUnsafeBytes(\.hexadecimal)
    }
}

extension APIKey: CustomStringConvertible, CustomReflectable {
    public var description: String { "API key \(id)" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

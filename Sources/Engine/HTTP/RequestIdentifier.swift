/// Names one request in its answer, its problem and the log.
struct RequestIdentifier: Sendable, Hashable, CustomStringConvertible {
    let text: String

    /// Takes over the caller's own, if it is 1 to 128 letters, digits, `.`, `_` or `-`.
    init?(callers text: String) {
        let allowed = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
            default: false
            }
        }
        guard allowed, (1...128).contains(text.utf8.count) else { return nil }
        self.text = text
    }

    private init(random: UInt64) {
        let digits = String(random, radix: 16)
        self.text = String(repeating: "0", count: 16 - digits.count) + digits
    }

    static func fresh() -> Self {
        Self(random: .random(in: .min ... .max))
    }

    var description: String { text }
}

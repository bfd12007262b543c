/// A range of addresses in CIDR notation.
struct Network: Sendable, Hashable {
    private let base: IPAddress
    private let prefix: Int

    /// `10.0.0.0/8`, `fd00::/8`, or one address.
    init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let base = parts.first.flatMap({ IPAddress(String($0)) }) else { return nil }
        self.base = base
        guard parts.count == 2 else {
            prefix = base.bytes.count * 8
            return
        }
        guard let bits = Int(parts[1]), (0...base.bytes.count * 8).contains(bits), parts[1].first?.isNumber == true else {
            return nil
        }
        prefix = bits
    }

    func contains(_ address: IPAddress) -> Bool {
        guard address.bytes.count == base.bytes.count else { return false }
        return base.bytes.indices.allSatisfy { index in
            let mask = Self.mask(bits: prefix - index * 8)
            return base.bytes[index] & mask == address.bytes[index] & mask
        }
    }

    /// The mask of one byte of which the first `bits` count.
    private static func mask(bits: Int) -> UInt8 {
        bits <= 0 ? 0 : bits >= 8 ? 0xff : ~(0xff >> UInt8(bits))
    }
}

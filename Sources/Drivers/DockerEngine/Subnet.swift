/// An IPv4 network in CIDR form.
package struct Subnet: Hashable, CustomStringConvertible {
    private let base: UInt32
    private let prefix: Int

    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let prefix = Int(parts[1]), (0...32).contains(prefix), let address = Self.number(parts[0])
        else { return nil }
        self.prefix = prefix
        base = address & Self.mask(prefix)
    }

    /// The `offset`th address; `nil` beyond the last usable one.
    package func address(at offset: Int) -> String? {
        let size = 1 << (32 - prefix)
        guard offset > 0, offset < size - 1 else { return nil }
        return Self.text(base + UInt32(offset))
    }

    package func overlaps(_ other: Subnet) -> Bool {
        let common = Self.mask(min(prefix, other.prefix))
        return base & common == other.base & common
    }

    package var description: String { "\(Self.text(base))/\(prefix)" }

    private static func mask(_ prefix: Int) -> UInt32 {
        prefix == 0 ? 0 : ~UInt32(0) << (32 - UInt32(prefix))
    }

    private static func number(_ text: Substring) -> UInt32? {
        let bytes = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        guard bytes.count == 4, !bytes.contains(nil) else { return nil }
        return bytes.reduce(0) { $0 << 8 | UInt32($1 ?? 0) }
    }

    private static func text(_ number: UInt32) -> String {
        [24, 16, 8, 0].map { String(number >> UInt32($0) & 0xFF) }.joined(separator: ".")
    }
}

extension NetworkDetails {
    package var subnets: [Subnet] { (addresses.config ?? []).compactMap { $0.subnet.flatMap(Subnet.init) } }
}

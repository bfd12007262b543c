extension UInt8: PostgresArrayElement {
    public static var postgresArrayType: PostgresType { .bytes }

    /// An array of bytes is a `bytea`, in its hexadecimal form (PostgreSQL manual, 8.4).
    public static func encodeArray(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        let length = 2 + 2 * bytes.count
        return String(unsafeUninitializedCapacity: length) { text in
            text[0] = UInt8(ascii: "\\")
            text[1] = UInt8(ascii: "x")
            for (index, byte) in bytes.enumerated() {
                text[2 + 2 * index] = digits[Int(byte >> 4)]
                text[3 + 2 * index] = digits[Int(byte & 15)]
            }
            return length
        }
    }

    public static func decodeArray(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        guard text.starts(with: "\\x".utf8), text.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 2 - 1)
        for index in stride(from: text.startIndex + 2, to: text.endIndex, by: 2) {
            guard let high = hexadecimal(text[index]), let low = hexadecimal(text[index + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func hexadecimal(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}

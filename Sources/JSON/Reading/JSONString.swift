/// What is between the quotes of a string (RFC 8259, section 7).
public enum JSONString {
    /// Without an escape that is none, half of a surrogate pair, or bytes that are no UTF-8.
    static func isWellFormed(_ bytes: UnsafeRawBufferPointer, hasEscapes: Bool) -> Bool {
        (hasEscapes ? unescaped(bytes) : String(validating: bytes, as: UTF8.self)) != nil
    }

    /// Of a well-formed one; `nil` else, or something in its place.
    static func text(_ bytes: UnsafeRawBufferPointer, hasEscapes: Bool) -> String? {
        hasEscapes ? unescaped(bytes) : String(decoding: bytes, as: UTF8.self)
    }

    private static func unescaped(_ bytes: UnsafeRawBufferPointer) -> String? {
        var plain: [UInt8] = []
        plain.reserveCapacity(bytes.count)
        var place = 0
        while place < bytes.count {
            let byte = bytes[place]
            place += 1
            guard byte == UInt8(ascii: "\\") else {
                plain.append(byte)
                continue
            }
            guard place < bytes.count else { return nil }
            let escape = bytes[place]
            place += 1
            if escape == UInt8(ascii: "u") {
                guard let scalar = scalar(in: bytes, at: &place) else { return nil }
                plain.append(contentsOf: Array(String(scalar).utf8))
            } else {
                guard let meant = meaning(of: escape) else { return nil }
                plain.append(meant)
            }
        }
        return String(validating: plain, as: UTF8.self)
    }

    private static func meaning(of escape: UInt8) -> UInt8? {
        switch escape {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): escape
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: nil
        }
    }

    /// What `\u` and its digits, or a pair of them, stand for.
    private static func scalar(in bytes: UnsafeRawBufferPointer, at place: inout Int) -> Unicode.Scalar? {
        guard let first = unit(in: bytes, at: &place) else { return nil }
        guard UTF16.isLeadSurrogate(first) else { return Unicode.Scalar(first) }
        guard place + 1 < bytes.count, bytes[place] == UInt8(ascii: "\\"), bytes[place + 1] == UInt8(ascii: "u") else {
            return nil
        }
        place += 2
        guard let second = unit(in: bytes, at: &place), UTF16.isTrailSurrogate(second) else { return nil }
        return Unicode.Scalar(0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00))
    }

    private static func unit(in bytes: UnsafeRawBufferPointer, at place: inout Int) -> UInt16? {
        guard place + 4 <= bytes.count else { return nil }
        var unit: UInt16 = 0
        for byte in bytes[place..<place + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
            unit = unit << 4 | UInt16(digit)
        }
        place += 4
        return unit
    }
}

extension JSONString {
    /// Writes a text with its quotes, with no other escapes than it needs (RFC 8259, section 7).
    public static func append(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { characters in
            var (plain, place) = (0, 0)
            while place < characters.count {
                let character = characters[place]
                if isEscaped(character) {
                    bytes.append(contentsOf: UnsafeBufferPointer(rebasing: characters[plain..<place]))
                    appendEscaped(character, to: &bytes)
                    plain = place + 1
                }
                place += 1
            }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: characters[plain...]))
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func isEscaped(_ character: UInt8) -> Bool {
        character < 0x20 || character == UInt8(ascii: "\"") || character == UInt8(ascii: "\\")
    }

    private static func appendEscaped(_ character: UInt8, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\\"))
        switch character {
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0C: bytes.append(UInt8(ascii: "f"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        case 0x00..<0x20: bytes.append(contentsOf: "u00\(character < 0x10 ? "0" : "1")\(String(character & 15, radix: 16))".utf8)
        default: bytes.append(character)
        }
    }
}

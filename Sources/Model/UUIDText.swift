import FoundationEssentials

/// The text form of UUIDs (RFC 9562, section 4), in lower case. Identities are written and read by the dozen for each operation, and
/// Foundation goes through printf and scanf.
enum UUIDText {
    private static let length = 36

    private static func isHyphen(before byte: Int) -> Bool { byte == 4 || byte == 6 || byte == 8 || byte == 10 }

    static func write(_ uuid: UUID) -> String {
        withUnsafeBytes(of: uuid.uuid) { bytes in
            String(unsafeUninitializedCapacity: length) { text in
                var place = 0
                for index in 0..<16 {
                    if isHyphen(before: index) {
                        text[place] = UInt8(ascii: "-")
                        place += 1
                    }
                    text[place] = digit(bytes[index] >> 4)
                    text[place + 1] = digit(bytes[index] & 15)
                    place += 2
                }
                return length
            }
        }
    }

    /// `nil` when it is no UUID.
    static func read(_ text: some Collection<UInt8>) -> UUID? {
        guard text.count == length else { return nil }
        var uuid: uuid_t = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        var characters = text.makeIterator()
        let isRead = withUnsafeMutableBytes(of: &uuid) { bytes in
            for index in 0..<16 {
                if isHyphen(before: index), characters.next() != UInt8(ascii: "-") { return false }
                guard let high = characters.next().flatMap(value), let low = characters.next().flatMap(value) else {
                    return false
                }
                bytes[index] = high << 4 | low
            }
            return true
        }
        return isRead ? UUID(uuid: uuid) : nil
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

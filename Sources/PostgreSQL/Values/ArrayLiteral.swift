/// PostgreSQL's text form of one-dimensional arrays: `{1,2}`, `{"a b",NULL,"say \"yes\""}` (manual, 8.15).
enum ArrayLiteral {
    static func text(_ elements: [String?]) -> String {
        var text: [UInt8] = [UInt8(ascii: "{")]
        for (index, element) in elements.enumerated() {
            if index > 0 { text.append(comma) }
            append(element, to: &text)
        }
        text.append(UInt8(ascii: "}"))
        return String(decoding: text, as: UTF8.self)
    }

    private static func append(_ element: String?, to text: inout [UInt8]) {
        guard var element else { return text.append(contentsOf: "NULL".utf8) }
        text.append(quote)
        element.withUTF8 { bytes in
            var plain = 0
            for (place, byte) in bytes.enumerated() where byte == quote || byte == backslash {
                text.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[plain..<place]))
                text.append(backslash)
                plain = place
            }
            text.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[plain...]))
        }
        text.append(quote)
    }

    /// nil when the text is no such array (nested arrays, other lower bounds).
    static func elements(_ text: ArraySlice<UInt8>) -> [ArraySlice<UInt8>?]? {
        guard text.count >= 2, text.first == UInt8(ascii: "{"), text.last == UInt8(ascii: "}") else { return nil }
        var rest = text.dropFirst().dropLast()
        var elements: [ArraySlice<UInt8>?] = []
        guard !rest.isEmpty else { return elements }
        while true {
            guard let element = takeElement(&rest) else { return nil }
            elements.append(element.isNull ? nil : element.text)
            guard let separator = rest.popFirst() else { return elements }
            guard separator == comma else { return nil }
        }
    }

    private static func takeElement(_ rest: inout ArraySlice<UInt8>) -> (text: ArraySlice<UInt8>, isNull: Bool)? {
        if rest.first == quote { return takeQuoted(&rest).map { ($0, false) } }
        let text = rest.prefix { $0 != comma }
        rest = rest[text.endIndex...]
        guard !text.isEmpty, text.first != UInt8(ascii: "{") else { return nil }
        return (text, text.elementsEqual("NULL".utf8))
    }

    private static func takeQuoted(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        rest.removeFirst()
        var text: [UInt8] = []
        while let byte = rest.popFirst() {
            switch byte {
            case quote: return text[...]
            case backslash:
                guard let escaped = rest.popFirst() else { return nil }
                text.append(escaped)
            default: text.append(byte)
            }
        }
        return nil
    }

    private static let comma = UInt8(ascii: ",")
    private static let quote = UInt8(ascii: "\"")
    private static let backslash = UInt8(ascii: "\\")
}

import Model

/// Reads JSON strictly as RFC 8259 says: UTF-8 alone, nothing after the value, no name twice in an object.
struct JSONReader {
    /// What is wrong, and at which byte.
    struct Failure: Error, Equatable {
        var reason: String
        var offset: Int
    }

    static let depthLimit = 64

    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0

    static func value(of bytes: [UInt8]) throws(Failure) -> JSONValue {
        var reader = JSONReader(bytes: bytes)
        let value = try reader.value()
        reader.skipSpace()
        guard reader.next == nil else { throw reader.failure("something follows the value") }
        return value
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private func failure(_ reason: String) -> Failure {
        Failure(reason: reason, offset: position)
    }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard next == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func value() throws(Failure) -> JSONValue {
        skipSpace()
        guard let next else { throw failure("the text ends too early") }
        switch next {
        case UInt8(ascii: "{"): return .object(try nested { (reader) throws(Failure) in try reader.object() })
        case UInt8(ascii: "["): return .array(try nested { (reader) throws(Failure) in try reader.array() })
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw failure("no value starts here")
        }
    }

    private mutating func nested<R>(_ read: (inout JSONReader) throws(Failure) -> R) throws(Failure) -> R {
        depth += 1
        guard depth <= Self.depthLimit else { throw failure("more than \(Self.depthLimit) levels") }
        position += 1
        let value = try read(&self)
        depth -= 1
        return value
    }

    private mutating func object() throws(Failure) -> [String: JSONValue] {
        var members: [String: JSONValue] = [:]
        if take("}") { return members }
        repeat {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw failure("a name in quotes is missing") }
            let name = try string()
            guard take(":") else { throw failure("a colon is missing") }
            guard members.updateValue(try value(), forKey: name) == nil else {
                throw failure("\(name.prefix(100)) is there twice")
            }
        } while take(",")
        guard take("}") else { throw failure("a comma or a closing brace is missing") }
        return members
    }

    private mutating func array() throws(Failure) -> [JSONValue] {
        var values: [JSONValue] = []
        if take("]") { return values }
        repeat { values.append(try value()) } while take(",")
        guard take("]") else { throw failure("a comma or a closing bracket is missing") }
        return values
    }

    private mutating func word(_ text: StaticString, _ value: JSONValue) throws(Failure) -> JSONValue {
        let count = text.utf8CodeUnitCount
        let matches = text.withUTF8Buffer { bytes[position...].prefix(count).elementsEqual($0) }
        guard matches else { throw failure("no value starts here") }
        position += count
        return value
    }
}

// Numbers and strings.
extension JSONReader {
    private mutating func digits() -> Int {
        let start = position
        while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
        return position - start
    }

    private mutating func number() throws(Failure) -> JSONValue {
        let start = position
        if next == UInt8(ascii: "-") { position += 1 }
        let leadingZero = next == UInt8(ascii: "0")
        let count = digits()
        guard count > 0, !leadingZero || count == 1 else { throw failure("this is no number") }
        let whole = position
        try fraction()
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if position == whole, let value = Int(text) { return .integer(value) }
        guard let value = Double(text), value.isFinite else { throw failure("the number is out of range") }
        // 3.0 is 3.
        return Int(exactly: value).map(JSONValue.integer) ?? .number(value)
    }

    private mutating func fraction() throws(Failure) {
        if next == UInt8(ascii: ".") {
            position += 1
            guard digits() > 0 else { throw failure("digits are missing") }
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            position += 1
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
            guard digits() > 0 else { throw failure("digits are missing") }
        }
    }

    private mutating func string() throws(Failure) -> String {
        position += 1
        var text: [UInt8] = []
        while let byte = next {
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else { throw failure("the string is no UTF-8") }
                return string
            case UInt8(ascii: "\\"): text.append(contentsOf: String(try escaped()).utf8)
            case 0..<0x20: throw failure("a control character is not escaped")
            default: text.append(byte)
            }
        }
        throw failure("a string does not end")
    }

    private mutating func escaped() throws(Failure) -> Unicode.Scalar {
        guard let byte = next else { throw failure("a string does not end") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{08}"
        case UInt8(ascii: "f"): return "\u{0C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try escapedUnit()
        default: throw failure("this escape is unknown")
        }
    }

    private mutating func escapedUnit() throws(Failure) -> Unicode.Scalar {
        let first = try hexUnit()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard next == UInt8(ascii: "\\"), bytes.dropFirst(position + 1).first == UInt8(ascii: "u") else {
            throw failure("half of a surrogate pair is missing")
        }
        position += 2
        let second = try hexUnit()
        guard (0xD800..<0xDC00).contains(first), (0xDC00..<0xE000).contains(second) else {
            throw failure("these surrogates are no pair")
        }
        let value = 0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00)
        guard let scalar = Unicode.Scalar(value) else { throw failure("these surrogates are no pair") }
        return scalar
    }

    private mutating func hexUnit() throws(Failure) -> UInt16 {
        let digits = bytes[position...].prefix(4)
        let hexadecimal = digits.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit }
        guard digits.count == 4, hexadecimal, let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16) else {
            throw failure("four hexadecimal digits are missing")
        }
        position += 4
        return unit
    }
}

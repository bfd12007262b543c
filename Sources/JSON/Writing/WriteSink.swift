import FoundationEssentials

/// The text as far as it is written, and what is open in it.
///
/// A container knows only how deep it is. Whoever writes into one closes all that is deeper: so nested containers end by themselves.
final class WriteSink {
    private struct Frame {
        var isObject: Bool
        /// Behind its bracket.
        var start: Int
        /// Where its members begin, with their keys; kept where they are to be sorted.
        var members: [(key: String, start: Int)] = []
        var isEmpty = true
    }

    private(set) var bytes: [UInt8] = []
    private var open: [Frame] = []
    private let writer: JSONWriter

    init(_ writer: JSONWriter) {
        self.writer = writer
        bytes.reserveCapacity(512)
    }

    // MARK: Containers

    /// - Returns: how deep it is, for `beginMember`, `beginElement` and whoever nests.
    func begin(isObject: Bool) -> Int {
        bytes.append(UInt8(ascii: isObject ? "{" : "["))
        open.append(Frame(isObject: isObject, start: bytes.count))
        return open.count
    }

    func beginMember(_ key: String, at depth: Int) {
        beginElement(at: depth)
        if writer.sortsKeys { open[depth - 1].members.append((key, bytes.count)) }
        put(key)
        bytes.append(UInt8(ascii: ":"))
    }

    func beginElement(at depth: Int) {
        close(to: depth)
        if !open[depth - 1].isEmpty { bytes.append(UInt8(ascii: ",")) }
        open[depth - 1].isEmpty = false
    }

    private func close(to depth: Int) {
        while open.count > depth {
            let frame = open.removeLast()
            if frame.isObject { sort(frame) }
            bytes.append(UInt8(ascii: frame.isObject ? "}" : "]"))
        }
    }

    private func sort(_ frame: Frame) {
        let members = frame.members
        guard zip(members, members.dropFirst()).contains(where: { !Self.isBefore($0.key, $1.key) }) else { return }
        let ends = members.dropFirst().map { $0.start - 1 } + [bytes.count]
        var sorted: [UInt8] = []
        sorted.reserveCapacity(bytes.count - frame.start)
        for index in members.indices.sorted(by: { Self.isBefore(members[$0].key, members[$1].key) }) {
            if !sorted.isEmpty { sorted.append(UInt8(ascii: ",")) }
            sorted += bytes[members[index].start..<ends[index]]
        }
        bytes.replaceSubrange(frame.start..., with: sorted)
    }

    private static func isBefore(_ one: String, _ other: String) -> Bool { one.utf8.lexicographicallyPrecedes(other.utf8) }

    // MARK: Values

    /// A value with all that is in it.
    ///
    /// - Parameter path: of the value, for errors.
    func put<Value: Encodable>(_ value: Value, path: @autoclosure () -> [any CodingKey]) throws {
        if let date = value as? Date, let text = writer.date { return put(text(date)) }
        if let data = value as? Data { return put(data.base64EncodedString()) }
        let (depth, start) = (open.count, bytes.count)
        try value.encode(to: WriteValue(sink: self, codingPath: path()))
        if bytes.count == start { _ = begin(isObject: true) }
        close(to: depth)
    }

    func putNull() { bytes.append(contentsOf: "null".utf8) }
    func put(_ value: Bool) { bytes.append(contentsOf: (value ? "true" : "false").utf8) }
    func put(_ value: some FixedWidthInteger) { bytes.append(contentsOf: String(value).utf8) }

    func put(_ value: some BinaryFloatingPoint & LosslessStringConvertible, path: [any CodingKey]) throws {
        guard value.isFinite else {
            throw EncodingError.invalidValue(value, .init(codingPath: path, debugDescription: "\(value) has no JSON form"))
        }
        let text = value.description
        bytes.append(contentsOf: (text.hasSuffix(".0") ? text.dropLast(2) : text[...]).utf8)
    }

    func put(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { characters in
            var plain = 0
            for (place, character) in characters.enumerated() where Self.isEscaped(character) {
                bytes.append(contentsOf: characters[plain..<place])
                putEscaped(character)
                plain = place + 1
            }
            bytes.append(contentsOf: characters[plain...])
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// RFC 8259, section 7.
    private static func isEscaped(_ character: UInt8) -> Bool {
        character < 0x20 || character == UInt8(ascii: "\"") || character == UInt8(ascii: "\\")
    }

    private func putEscaped(_ character: UInt8) {
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

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
        var count = 0
        /// Of the last member.
        var key = ""
    }

    // One call of `write` alone has it, on one thread; the checks of every access would take a fifth of the time.
    @exclusivity(unchecked) private(set) var bytes: [UInt8] = []
    @exclusivity(unchecked) private var open: [Frame] = []
    private let sortsKeys: Bool
    private let date: (@Sendable (Date) -> String)?

    init(_ writer: JSONWriter) {
        sortsKeys = writer.sortsKeys
        date = writer.date
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
        open[depth - 1].key = key
        if sortsKeys { open[depth - 1].members.append((key, bytes.count)) }
        put(key)
        bytes.append(UInt8(ascii: ":"))
    }

    func beginElement(at depth: Int) {
        close(to: depth)
        if open[depth - 1].count > 0 { bytes.append(UInt8(ascii: ",")) }
        open[depth - 1].count += 1
    }

    /// The way to what is written now, as far as a depth; for errors.
    func path(to depth: Int) -> [any CodingKey] {
        open.prefix(depth).map { $0.isObject ? PathKey(stringValue: $0.key) : PathKey(intValue: $0.count - 1) }
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
    func put<Value: Encodable>(encoding value: Value) throws {
        if Value.self == Date.self, let date, let value = value as? Date { return put(date(value)) }
        if Value.self == Data.self, let value = value as? Data { return put(value.base64EncodedString()) }
        let (depth, start) = (open.count, bytes.count)
        try value.encode(to: WriteValue(sink: self, depth: depth))
        if bytes.count == start { _ = begin(isObject: true) }
        close(to: depth)
    }

    func putNull() { bytes.append(contentsOf: "null".utf8) }
    func put(_ value: Bool) { bytes.append(contentsOf: (value ? "true" : "false").utf8) }
    func put(integer value: some FixedWidthInteger) { bytes.append(contentsOf: String(value).utf8) }

    func put(number value: some BinaryFloatingPoint & LosslessStringConvertible) throws {
        guard value.isFinite else {
            let path = path(to: open.count)
            throw EncodingError.invalidValue(value, .init(codingPath: path, debugDescription: "\(value) has no JSON form"))
        }
        let text = value.description
        bytes.append(contentsOf: (text.hasSuffix(".0") ? text.dropLast(2) : text[...]).utf8)
    }

    func put(_ text: String) { JSONString.append(text, to: &bytes) }
}

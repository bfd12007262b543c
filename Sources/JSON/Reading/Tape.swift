/// A JSON text, read once: its values in their order, each with its place in the bytes, so that whoever wants one member of an object
/// steps over the others without looking into them. Nothing is copied but what is asked for.
///
/// Checked here: the grammar of RFC 8259 but for that of numbers, which are looked at when somebody wants them; and the depth.
struct Tape: Sendable {
    enum Kind: UInt8 {
        case null, yes, no, number
        /// With an escape in it, or without: then its bytes are its text.
        case plainString, escapedString
        case array, object
    }

    /// A value. In an object each value is preceded by its key, a string.
    struct Entry {
        var kind: Kind
        /// Its first byte and the one behind its last; of a string without its quotes.
        var start: Int32
        var end: Int32
        /// The entry behind it and all that is in it.
        var next: Int32
        /// Of an array its elements, of an object its members.
        var count: Int32 = 0
    }

    /// Arrays and objects within one another; as many as Foundation's reader takes.
    static let depthLimit = 512

    let bytes: [UInt8]
    private(set) var entries: [Entry] = []

    /// - Throws: `JSONFlaw` where it is no JSON, or deeper than the limit.
    init(_ bytes: [UInt8]) throws(JSONFlaw) {
        guard bytes.count <= Int32.max else { throw .tooLong }
        self.bytes = bytes
        entries.reserveCapacity(bytes.count / 12 + 4)
        let found = bytes.withUnsafeBytes { text -> Result<[Entry], JSONFlaw> in
            var scanner = Scanner(text: text, entries: entries)
            do throws(JSONFlaw) {
                try scanner.scanText()
                return .success(scanner.entries)
            } catch {
                return .failure(error)
            }
        }
        entries = try found.get()
    }
}

/// Why a text is no JSON.
enum JSONFlaw: Error {
    case tooLong
    case tooDeep
    /// At this byte.
    case unexpected(at: Int)
    case cutOff
    /// With an escape that is none, half of a surrogate pair, or bytes that are no UTF-8; it begins at this byte.
    case malformedString(at: Int)
}

/// Goes over the bytes.
private struct Scanner {
    let text: UnsafeRawBufferPointer
    var entries: [Tape.Entry]
    private var place = 0
    private var depth = 0

    init(text: UnsafeRawBufferPointer, entries: [Tape.Entry]) {
        self.text = text
        self.entries = entries
    }

    mutating func scanText() throws(JSONFlaw) {
        try scanValue()
        skipSpace()
        guard place == text.count else { throw .unexpected(at: place) }
    }

    private mutating func scanValue() throws(JSONFlaw) {
        skipSpace()
        switch try peek() {
        case UInt8(ascii: "\""): try scanString()
        case UInt8(ascii: "{"): try scanObject()
        case UInt8(ascii: "["): try scanArray()
        case UInt8(ascii: "t"): try scanWord("true", .yes)
        case UInt8(ascii: "f"): try scanWord("false", .no)
        case UInt8(ascii: "n"): try scanWord("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): scanNumber()
        default: throw .unexpected(at: place)
        }
    }

    private mutating func scanObject() throws(JSONFlaw) {
        let entry = try open(.object)
        var count: Int32 = 0
        if try closes(with: "}") { return close(entry, count) }
        repeat {
            skipSpace()
            guard try peek() == UInt8(ascii: "\"") else { throw .unexpected(at: place) }
            try scanString()
            skipSpace()
            try take(UInt8(ascii: ":"))
            try scanValue()
            count += 1
        } while try goesOn(until: "}")
        close(entry, count)
    }

    private mutating func scanArray() throws(JSONFlaw) {
        let entry = try open(.array)
        var count: Int32 = 0
        if try closes(with: "]") { return close(entry, count) }
        repeat {
            try scanValue()
            count += 1
        } while try goesOn(until: "]")
        close(entry, count)
    }

    private mutating func open(_ kind: Tape.Kind) throws(JSONFlaw) -> Int {
        depth += 1
        guard depth <= Tape.depthLimit else { throw .tooDeep }
        add(kind, from: place, to: place + 1)
        place += 1
        return entries.count - 1
    }

    private mutating func close(_ entry: Int, _ count: Int32) {
        depth -= 1
        entries[entry].end = Int32(place)
        entries[entry].next = Int32(entries.count)
        entries[entry].count = count
    }

    /// An empty array or object ends right after it began.
    private mutating func closes(with end: Unicode.Scalar) throws(JSONFlaw) -> Bool {
        skipSpace()
        guard try peek() == UInt8(ascii: end) else { return false }
        place += 1
        return true
    }

    private mutating func goesOn(until end: Unicode.Scalar) throws(JSONFlaw) -> Bool {
        skipSpace()
        let byte = try peek()
        guard byte == UInt8(ascii: ",") || byte == UInt8(ascii: end) else { throw .unexpected(at: place) }
        place += 1
        return byte == UInt8(ascii: ",")
    }

    private mutating func scanString() throws(JSONFlaw) {
        let start = place + 1
        var (end, kind, isASCII) = (start, Tape.Kind.plainString, true)
        while true {
            guard end < text.count else { throw .cutOff }
            let byte = text[end]
            if byte == UInt8(ascii: "\"") { break }
            guard byte >= 0x20 else { throw .unexpected(at: end) }
            if byte == UInt8(ascii: "\\") {
                kind = .escapedString
                end += 1
            } else if byte >= 0x80 {
                isASCII = false
            }
            end += 1
        }
        if kind == .escapedString || !isASCII { try check(start..<end, kind) }
        add(kind, from: start, to: end)
        place = end + 1
    }

    private func check(_ range: Range<Int>, _ kind: Tape.Kind) throws(JSONFlaw) {
        let string = UnsafeRawBufferPointer(rebasing: text[range])
        guard JSONString.isWellFormed(string, hasEscapes: kind == .escapedString) else {
            throw .malformedString(at: range.lowerBound)
        }
    }

    private mutating func scanNumber() {
        let start = place
        while place < text.count {
            switch text[place] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."),
                UInt8(ascii: "e"),
                UInt8(ascii: "E"):
                place += 1
            default: return add(.number, from: start, to: place)
            }
        }
        add(.number, from: start, to: place)
    }

    private mutating func scanWord(_ word: StaticString, _ kind: Tape.Kind) throws(JSONFlaw) {
        let start = place
        for index in 0..<word.utf8CodeUnitCount {
            try take(word.utf8Start[index])
        }
        add(kind, from: start, to: place)
    }

    private mutating func add(_ kind: Tape.Kind, from start: Int, to end: Int) {
        entries.append(Tape.Entry(kind: kind, start: Int32(start), end: Int32(end), next: Int32(entries.count + 1)))
    }

    private mutating func take(_ byte: UInt8) throws(JSONFlaw) {
        guard try peek() == byte else { throw .unexpected(at: place) }
        place += 1
    }

    private func peek() throws(JSONFlaw) -> UInt8 {
        guard place < text.count else { throw .cutOff }
        return text[place]
    }

    private mutating func skipSpace() {
        while place < text.count {
            switch text[place] {
            case 0x20, 0x0A, 0x0D, 0x09: place += 1
            default: return
            }
        }
    }
}

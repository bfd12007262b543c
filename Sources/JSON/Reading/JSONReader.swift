public import FoundationEssentials

/// Reads JSON into `Decodable` values. It yields what Foundation's `JSONDecoder` does, in a fraction of its time: members are found
/// where they are in the text, so no object becomes a dictionary first, and only what is asked for is copied.
///
/// `Data` is base64. Keys are found by their bytes, and of two alike the first counts.
public struct JSONReader: Sendable {
    /// For those who decode.
    public var userInfo: [CodingUserInfoKey: any Sendable] = [:]
    /// What a date looks like; where there is none, seconds since 2001, as `Date` itself has it.
    public var date: (@Sendable (String) -> Date?)?

    public init() {}

    /// - Throws: `DecodingError`, or what the type throws.
    public func read<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws -> Value {
        let tape: Tape
        do {
            tape = try Tape(bytes)
        } catch {
            throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: error.text, underlyingError: error))
        }
        return try ReadValue(source: ReadSource(tape, self), index: 0).decode(type)
    }
}

extension JSONFlaw {
    fileprivate var text: String {
        switch self {
        case .tooLong: "longer than 2 GiB"
        case .tooDeep: "more than \(Tape.depthLimit) arrays and objects within one another"
        case .unexpected(let place): "no JSON at byte \(place)"
        case .malformedString(let place): "a malformed string at byte \(place)"
        case .cutOff: "it ends too early"
        }
    }
}

/// What all values of one text share.
final class ReadSource: Sendable {
    let tape: Tape
    let reader: JSONReader

    init(_ tape: Tape, _ reader: JSONReader) {
        self.tape = tape
        self.reader = reader
    }

    /// The way to a value, for errors: nobody keeps it while all goes well.
    func path(to index: Int) -> [any CodingKey] {
        var path: [any CodingKey] = []
        var place = 0
        while place < index {
            let entry = tape.entries[place]
            var child = place + 1
            let isObject = entry.kind == .object
            for position in 0..<Int(entry.count) {
                let value = isObject ? child + 1 : child
                if index < tape.entries[value].next {
                    path.append(isObject ? PathKey(stringValue: tape.string(child) ?? "") : PathKey(intValue: position))
                    child = value
                    break
                }
                child = Int(tape.entries[value].next)
            }
            guard child > place, child <= index else { break }
            place = child
        }
        return path
    }

    func mismatch(_ type: Any.Type, at index: Int) -> DecodingError {
        let context = DecodingError.Context(codingPath: path(to: index), debugDescription: "no \(type)")
        return tape.isNull(index) ? .valueNotFound(type, context) : .typeMismatch(type, context)
    }

    func flaw(_ what: String, at index: Int) -> DecodingError {
        .dataCorrupted(.init(codingPath: path(to: index), debugDescription: what))
    }
}

struct PathKey: CodingKey {
    let stringValue: String
    let intValue: Int?

    init(stringValue: String) { (self.stringValue, intValue) = (stringValue, nil) }
    init(intValue: Int) { (stringValue, self.intValue) = (String(intValue), intValue) }
}

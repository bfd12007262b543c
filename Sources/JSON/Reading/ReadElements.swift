/// An array's elements, one after another.
struct ReadElements: UnkeyedDecodingContainer {
    let source: ReadSource
    private let index: Int
    private var place: Int
    private(set) var currentIndex = 0

    init(source: ReadSource, index: Int) {
        self.source = source
        self.index = index
        place = index + 1
    }

    var codingPath: [any CodingKey] { source.path(to: index) }
    var count: Int? { Int(source.tape.entries[index].count) }
    var isAtEnd: Bool { place >= source.tape.entries[index].next }

    /// Steps over the element when `body` has taken it.
    private mutating func take<Value>(_ type: Value.Type, _ body: (ReadValue) throws -> Value) throws -> Value {
        guard !isAtEnd else { throw end(type) }
        let value = try body(ReadValue(source: source, index: place))
        place = Int(source.tape.entries[place].next)
        currentIndex += 1
        return value
    }

    mutating func decodeNil() throws -> Bool {
        guard !isAtEnd else { throw end(Any?.self) }
        guard source.tape.isNull(place) else { return false }
        return try take(Bool.self) { $0.decodeNil() }
    }

    private func end(_ type: Any.Type) -> DecodingError {
        let path = codingPath + [PathKey(intValue: currentIndex)]
        return .valueNotFound(type, .init(codingPath: path, debugDescription: "no more elements"))
    }

    mutating func decode(_ type: Bool.Type) throws -> Bool { try take(type) { try $0.decode(type) } }
    mutating func decode(_ type: String.Type) throws -> String { try take(type) { try $0.decode(type) } }
    mutating func decode(_ type: Double.Type) throws -> Double { try take(type) { try $0.decode(type) } }
    mutating func decode(_ type: Float.Type) throws -> Float { try take(type) { try $0.decode(type) } }
    mutating func decode(_ type: Int.Type) throws -> Int { try take(type) { try $0.decode(type) } }
    mutating func decode(_ type: Int8.Type) throws -> Int8 { try take(type) { try $0.decode(type) } }
    mutating func decode(_ type: Int16.Type) throws -> Int16 { try take(type) { try $0.decode(type) } }
    mutating func decode(_ type: Int32.Type) throws -> Int32 { try take(type) { try $0.decode(type) } }
    mutating func decode(_ type: Int64.Type) throws -> Int64 { try take(type) { try $0.decode(type) } }
    mutating func decode(_ type: UInt.Type) throws -> UInt { try take(type) { try $0.decode(type) } }
    mutating func decode(_ type: UInt8.Type) throws -> UInt8 { try take(type) { try $0.decode(type) } }
    mutating func decode(_ type: UInt16.Type) throws -> UInt16 { try take(type) { try $0.decode(type) } }
    mutating func decode(_ type: UInt32.Type) throws -> UInt32 { try take(type) { try $0.decode(type) } }
    mutating func decode(_ type: UInt64.Type) throws -> UInt64 { try take(type) { try $0.decode(type) } }
    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try take(type) { try $0.decode(type) } }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) throws -> KeyedDecodingContainer<Nested> {
        try take(KeyedDecodingContainer<Nested>.self) { try $0.container(keyedBy: type) }
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try take((any UnkeyedDecodingContainer).self) { try $0.unkeyedContainer() }
    }

    mutating func superDecoder() throws -> any Decoder {
        try take((any Decoder).self) { $0 }
    }
}

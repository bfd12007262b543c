import FoundationEssentials

/// One value of a text, for whoever decodes it.
struct ReadValue: Decoder, SingleValueDecodingContainer {
    let source: ReadSource
    /// Of its entry on the tape.
    let index: Int

    var codingPath: [any CodingKey] { source.path(to: index) }
    var userInfo: [CodingUserInfoKey: Any] { source.reader.userInfo }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard source.tape.entries[index].kind == .object else { throw source.mismatch([String: Any].self, at: index) }
        return KeyedDecodingContainer(ReadMembers<Key>(source: source, index: index))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard source.tape.entries[index].kind == .array else { throw source.mismatch([Any].self, at: index) }
        return ReadElements(source: source, index: index)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { self }

    func decodeNil() -> Bool { source.tape.isNull(index) }

    func decode(_ type: Bool.Type) throws -> Bool {
        guard let value = source.tape.bool(index) else { throw source.mismatch(type, at: index) }
        return value
    }

    func decode(_ type: String.Type) throws -> String {
        guard let value = source.tape.string(index) else { throw source.mismatch(type, at: index) }
        return value
    }

    func decode(_ type: Double.Type) throws -> Double {
        guard let value = source.tape.double(index) else { throw noNumber(type) }
        return value
    }

    func decode(_ type: Float.Type) throws -> Float {
        guard let value = source.tape.double(index).map({ Float($0) }), value.isFinite else { throw noNumber(type) }
        return value
    }

    func decode(_ type: Int.Type) throws -> Int { try integer() }
    func decode(_ type: Int8.Type) throws -> Int8 { try integer() }
    func decode(_ type: Int16.Type) throws -> Int16 { try integer() }
    func decode(_ type: Int32.Type) throws -> Int32 { try integer() }
    func decode(_ type: Int64.Type) throws -> Int64 { try integer() }
    func decode(_ type: UInt.Type) throws -> UInt { try integer() }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try integer() }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try integer() }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try integer() }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try integer() }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        if type == Date.self, let date = source.reader.date { return try cast(read(date)) }
        if type == Data.self { return try cast(readData()) }
        return try Value(from: self)
    }

    /// The caller has compared the types.
    private func cast<Value>(_ value: some Sendable) throws -> Value {
        guard let value = value as? Value else { throw source.mismatch(Value.self, at: index) }
        return value
    }

    private func read(_ date: (String) -> Date?) throws -> Date {
        guard let value = date(try decode(String.self)) else { throw source.flaw("no time", at: index) }
        return value
    }

    private func readData() throws -> Data {
        guard let data = Data(base64Encoded: try decode(String.self)) else { throw source.flaw("no base64", at: index) }
        return data
    }

    private func integer<Number: FixedWidthInteger>() throws -> Number {
        guard let value: Number = source.tape.integer(index) else { throw noNumber(Number.self) }
        return value
    }

    private func noNumber(_ type: Any.Type) -> DecodingError {
        source.tape.isNumber(index) ? source.flaw("no number that is \(type)", at: index) : source.mismatch(type, at: index)
    }
}

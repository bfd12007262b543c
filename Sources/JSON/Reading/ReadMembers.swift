/// An object's members, found by their keys.
struct ReadMembers<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let source: ReadSource
    private let index: Int
    /// Of objects with many members; few are found sooner by looking.
    private let places: [String: Int]?

    private static var many: Int { 16 }

    init(source: ReadSource, index: Int) {
        self.source = source
        self.index = index
        places = source.tape.entries[index].count > Self.many ? Self.places(in: source.tape, index) : nil
    }

    private static func places(in tape: Tape, _ index: Int) -> [String: Int] {
        var places: [String: Int] = [:]
        eachKey(tape, index) { key in tape.string(key).map { places[$0] = places[$0] ?? key + 1 } }
        return places
    }

    private static func eachKey(_ tape: Tape, _ index: Int, _ body: (Int) -> Void) {
        var key = index + 1
        while key < tape.entries[index].next {
            body(key)
            key = Int(tape.entries[key + 1].next)
        }
    }

    var codingPath: [any CodingKey] { source.path(to: index) }

    var allKeys: [Key] {
        var keys: [Key] = []
        var known: Set<String> = []
        Self.eachKey(source.tape, index) { key in
            guard let text = source.tape.string(key), known.insert(text).inserted, let key = Key(stringValue: text) else {
                return
            }
            keys.append(key)
        }
        return keys
    }

    func contains(_ key: Key) -> Bool { find(key) != nil }

    private func find(_ key: Key) -> ReadValue? {
        let text = key.stringValue
        if let places { return places[text].map { ReadValue(source: source, index: $0) } }
        return source.tape.member(of: index, named: text).map { ReadValue(source: source, index: $0) }
    }

    private func value(_ key: Key) throws -> ReadValue {
        guard let value = find(key) else {
            throw DecodingError.keyNotFound(key, .init(codingPath: codingPath, debugDescription: "no member \(key.stringValue)"))
        }
        return value
    }

    /// `nil` also for null.
    private func present(_ key: Key) -> ReadValue? {
        find(key).flatMap { $0.decodeNil() ? nil : $0 }
    }

    func decodeNil(forKey key: Key) throws -> Bool { try value(key).decodeNil() }
    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try value(key).decode(type) }
    func decode(_ type: String.Type, forKey key: Key) throws -> String { try value(key).decode(type) }
    func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try value(key).decode(type) }
    func decode(_ type: Float.Type, forKey key: Key) throws -> Float { try value(key).decode(type) }
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try value(key).decode(type) }
    func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try value(key).decode(type) }
    func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try value(key).decode(type) }
    func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try value(key).decode(type) }
    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try value(key).decode(type) }
    func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try value(key).decode(type) }
    func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try value(key).decode(type) }
    func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { try value(key).decode(type) }
    func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { try value(key).decode(type) }
    func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { try value(key).decode(type) }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value { try value(key).decode(type) }

    // One search instead of three.
    func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? { try present(key)?.decode(type) }
    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? { try present(key)?.decode(type) }
    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? { try present(key)?.decode(type) }
    func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
        try present(key)?.decode(type)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        try value(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer { try value(key).unkeyedContainer() }

    func superDecoder() throws -> any Decoder {
        guard let key = Key(stringValue: "super") else { throw source.flaw("no super", at: index) }
        return try value(key)
    }

    func superDecoder(forKey key: Key) throws -> any Decoder { try value(key) }
}

/// One of several shapes, told apart by the member `type`: `{"type":"seen","observation":{…}}`. So that other programs read
/// the messages as easily as this one, and the JSON of a message doesn't hang on how Swift writes enumerations.
struct Tagged<Key: CodingKey> {
    private let container: KeyedDecodingContainer<TagOr<Key>>
    let tag: String

    init(_ decoder: any Decoder, _ keys: Key.Type) throws {
        container = try decoder.container(keyedBy: TagOr<Key>.self)
        tag = try container.decode(String.self, forKey: .tag)
    }

    func value<Value: Decodable>(_ key: Key, as type: Value.Type = Value.self) throws -> Value {
        try container.decode(Value.self, forKey: .member(key))
    }

    /// What to throw for a tag that is not known here.
    var unknown: DecodingError {
        .dataCorruptedError(forKey: .tag, in: container, debugDescription: "unknown type")
    }

    /// Starts a shape.
    static func begin(_ tag: String, _ encoder: any Encoder) throws -> TaggedWriter<Key> {
        var writer = TaggedWriter(container: encoder.container(keyedBy: TagOr<Key>.self))
        try writer.container.encode(tag, forKey: .tag)
        return writer
    }
}

struct TaggedWriter<Key: CodingKey> {
    var container: KeyedEncodingContainer<TagOr<Key>>

    mutating func put(_ value: some Encodable, _ key: Key) throws {
        try container.encode(value, forKey: .member(key))
    }
}

/// The member `type`, or one of the shape's own.
enum TagOr<Key: CodingKey>: CodingKey {
    case tag
    case member(Key)

    var stringValue: String {
        switch self {
        case .tag: "type"
        case .member(let key): key.stringValue
        }
    }

    init?(stringValue: String) {
        if stringValue == "type" {
            self = .tag
        } else if let key = Key(stringValue: stringValue) {
            self = .member(key)
        } else {
            return nil
        }
    }

    var intValue: Int? { nil }
    init?(intValue: Int) { nil }
}

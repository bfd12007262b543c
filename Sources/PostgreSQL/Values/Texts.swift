public import FoundationEssentials

extension String: PostgresCodable {
    public static var postgresType: PostgresType { .inferred }
    public var postgresText: String? { self }
    public static func decode(postgres text: ArraySlice<UInt8>) -> String? { String(decoding: text, as: UTF8.self) }
}

extension UUID: PostgresCodable {
    public static var postgresType: PostgresType { .uuid }
    public var postgresText: String? { uuidString }

    public static func decode(postgres text: ArraySlice<UInt8>) -> UUID? {
        UUID(uuidString: String(decoding: text, as: UTF8.self))
    }
}

/// The text of a JSON value, for columns of type `json` and `jsonb`.
public struct JSONText: PostgresCodable, Hashable {
    public var text: String

    public init(text: String) {
        self.text = text
    }

    public static var postgresType: PostgresType { .jsonb }
    public var postgresText: String? { text }

    public static func decode(postgres text: ArraySlice<UInt8>) -> JSONText? {
        JSONText(text: String(decoding: text, as: UTF8.self))
    }
}

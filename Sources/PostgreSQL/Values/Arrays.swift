public import FoundationEssentials

/// A value whose arrays PostgreSQL knows: `= ANY($1)`, `unnest($1)`. An enum with raw values conforms by declaring it.
public protocol PostgresArrayElement: Sendable {
    static var postgresArrayType: PostgresType { get }
    static func encodeArray(_ elements: [Self]) -> String
    static func decodeArray(_ text: ArraySlice<UInt8>) -> [Self]?
}

extension Array: PostgresEncodable where Element: PostgresArrayElement {
    public static var postgresType: PostgresType { Element.postgresArrayType }
    public var postgresText: String? { Element.encodeArray(self) }
}

extension Array: PostgresDecodable where Element: PostgresArrayElement {
    public static func decode(postgres text: ArraySlice<UInt8>) -> [Element]? { Element.decodeArray(text) }
}

extension PostgresArrayElement where Self: PostgresCodable {
    public static func encodeArray(_ elements: [Self]) -> String {
        ArrayLiteral.text(elements.map(\.postgresText))
    }

    public static func decodeArray(_ text: ArraySlice<UInt8>) -> [Self]? {
        guard let elements = ArrayLiteral.elements(text) else { return nil }
        var decoded: [Self] = []
        decoded.reserveCapacity(elements.count)
        for element in elements {
            guard let value = element.map({ decode(postgres: $0) }) ?? decodeNull() else { return nil }
            decoded.append(value)
        }
        return decoded
    }
}

extension PostgresArrayElement where Self: RawRepresentable, RawValue: PostgresArrayElement {
    public static var postgresArrayType: PostgresType { RawValue.postgresArrayType }
}

extension Optional: PostgresArrayElement where Wrapped: PostgresArrayElement & PostgresCodable {
    public static var postgresArrayType: PostgresType { Wrapped.postgresArrayType }
}

extension Bool: PostgresArrayElement { public static var postgresArrayType: PostgresType { .boolArray } }
extension Int: PostgresArrayElement { public static var postgresArrayType: PostgresType { .int8Array } }
extension Int32: PostgresArrayElement { public static var postgresArrayType: PostgresType { .int4Array } }
extension Int64: PostgresArrayElement { public static var postgresArrayType: PostgresType { .int8Array } }
extension Double: PostgresArrayElement { public static var postgresArrayType: PostgresType { .float8Array } }
extension String: PostgresArrayElement { public static var postgresArrayType: PostgresType { .textArray } }
extension UUID: PostgresArrayElement { public static var postgresArrayType: PostgresType { .uuidArray } }
extension Date: PostgresArrayElement { public static var postgresArrayType: PostgresType { .timestamptzArray } }
extension JSONText: PostgresArrayElement { public static var postgresArrayType: PostgresType { .jsonbArray } }

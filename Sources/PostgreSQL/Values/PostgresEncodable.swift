/// A value that can be a parameter of a statement. Values travel in PostgreSQL's text form.
///
/// An enum with raw values conforms by declaring it. Integers and texts leave their type to the server, which finds it from
/// the place: where nothing tells (`SELECT $1 + $2`), write a cast (`$1::bigint`).
public protocol PostgresEncodable: Sendable {
    static var postgresType: PostgresType { get }
    /// nil is NULL.
    var postgresText: String? { get }
}

/// A value that can be read from a column.
///
/// An enum with raw values conforms by declaring it.
public protocol PostgresDecodable {
    /// nil when the text is no such value.
    static func decode(postgres text: ArraySlice<UInt8>) -> Self?
    /// What NULL is; nil when NULL is an error, which is the default.
    static func decodeNull() -> Self?
}

public typealias PostgresCodable = PostgresEncodable & PostgresDecodable

extension PostgresDecodable {
    public static func decodeNull() -> Self? { nil }
}

extension PostgresEncodable where Self: RawRepresentable, RawValue: PostgresEncodable {
    public static var postgresType: PostgresType { RawValue.postgresType }
    public var postgresText: String? { rawValue.postgresText }
}

extension PostgresDecodable where Self: RawRepresentable, RawValue: PostgresDecodable {
    public static func decode(postgres text: ArraySlice<UInt8>) -> Self? {
        RawValue.decode(postgres: text).flatMap(Self.init(rawValue:))
    }
}

extension Optional: PostgresEncodable where Wrapped: PostgresEncodable {
    public static var postgresType: PostgresType { Wrapped.postgresType }
    public var postgresText: String? { self?.postgresText }
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
    public static func decode(postgres text: ArraySlice<UInt8>) -> Self? {
        // An unreadable value must not become a NULL: only the outer nil says "no such value".
        Wrapped.decode(postgres: text).map { .some($0) }
    }

    public static func decodeNull() -> Self? { .some(.none) }
}

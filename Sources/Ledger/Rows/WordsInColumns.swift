import FoundationEssentials
public import Model
public import PostgreSQL

// Words of Model as values of columns.

extension ChainPhase: PostgresEncodable, PostgresDecodable {}
extension ChainHealth: PostgresEncodable, PostgresDecodable {}
extension DriverKind: PostgresEncodable, PostgresDecodable {}
extension HostStatus: PostgresEncodable, PostgresDecodable {}
extension LeaseStatus: PostgresEncodable, PostgresDecodable {}
extension LeaseEnd: PostgresEncodable, PostgresDecodable {}
extension OperationKind: PostgresEncodable, PostgresDecodable {}
extension OperationStatus: PostgresEncodable, PostgresDecodable {}
extension Priority: PostgresEncodable, PostgresDecodable {}
extension Attempt.Result: PostgresEncodable, PostgresDecodable {}

extension Identifier: PostgresEncodable, PostgresDecodable, PostgresArrayElement {
    public static var postgresType: PostgresType { .uuid }
    public static var postgresArrayType: PostgresType { .uuidArray }
    public var postgresText: String? { description }
    public static func decode(postgres text: ArraySlice<UInt8>) -> Identifier<Of>? { Identifier(utf8: text) }
}

extension Row {
    func id<Of>(_ column: String, of: Of.Type = Of.self) throws -> Identifier<Of> { try decode(column) }

    func optionalID<Of>(_ column: String, of: Of.Type = Of.self) throws -> Identifier<Of>? { try decode(column) }
}

/// One row of a result. Keeps the whole result in memory as long as it lives.
public struct Row: Sendable {
    final class Storage: Sendable {
        let set: RowSet

        init(_ set: RowSet) {
            self.set = set
        }
    }

    let storage: Storage
    let index: Int

    /// The names of the columns, in order.
    public var columns: [String] { storage.set.columns.map(\.name) }

    /// The value of a column; NULL only for optionals.
    /// - Throws: `DatabaseError.decoding`, naming column and types, never the value.
    public func decode<T: PostgresDecodable>(_ column: String, as: T.Type = T.self) throws -> T {
        guard let number = storage.set.columns.firstIndex(where: { $0.name == column }) else {
            let known = columns.joined(separator: ", ")
            throw DatabaseError(.decoding, "there is no column \(column); the columns are \(known)")
        }
        return try decode(at: number)
    }

    public subscript<T: PostgresDecodable>(_ column: String) -> T {
        get throws { try decode(column) }
    }

    /// The value of the column at `position`, counted from 0.
    public func decode<T: PostgresDecodable>(at position: Int, as: T.Type = T.self) throws -> T {
        guard storage.set.columns.indices.contains(position) else {
            throw DatabaseError(.decoding, "there is no column \(position); the row has \(storage.set.columns.count)")
        }
        let cell = storage.set.cells[index * storage.set.columns.count + position]
        guard cell.length >= 0 else {
            guard let null = T.decodeNull() else { throw failure(position, "is NULL, which is no \(T.self)") }
            return null
        }
        let text = storage.set.bytes[cell.offset..<cell.offset + cell.length]
        guard let value = T.decode(postgres: text) else { throw failure(position, "is no \(T.self)") }
        return value
    }

    private func failure(_ position: Int, _ complaint: String) -> DatabaseError {
        let column = storage.set.columns[position]
        return DatabaseError(.decoding, "column \(column.name) (type \(column.type.oid) of pg_type) \(complaint)")
    }
}

/// One SQL statement with its parameters (`$1`, `$2`, …).
public struct Statement: Sendable {
    let sql: String
    let types: [PostgresType]
    let values: [String?]

    public init(_ sql: String, parameters: [any PostgresEncodable]) {
        self.sql = sql
        types = parameters.map { type(of: $0).postgresType }
        values = parameters.map(\.postgresText)
    }

    public init(_ sql: String, _ parameters: any PostgresEncodable...) {
        self.init(sql, parameters: parameters)
    }

    /// One statement over many rows: `$1`, `$2`, … are arrays, one for each column of `rows`. The SQL says of what type:
    /// `unnest($1::uuid[], $2::text[])`.
    /// - Parameter rows: not empty, and all of the same length.
    public init(_ sql: String, rows: [[any PostgresEncodable]]) {
        self.sql = sql
        let columns = rows.first?.indices ?? 0..<0
        types = columns.map { _ in .inferred }
        values = columns.map { column in ArrayLiteral.text(rows.map { $0[column].postgresText }) }
    }

    /// A C string ends at its first NUL: the rest of the value would be lost without a word.
    func checkValues() throws(DatabaseError) {
        for (index, value) in values.enumerated() where value?.utf8.contains(0) == true {
            throw DatabaseError(.invalidParameter, "parameter $\(index + 1) has a NUL character", statement: sql)
        }
    }
}

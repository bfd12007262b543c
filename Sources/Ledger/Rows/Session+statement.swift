import PostgreSQL

extension Session {
    func query(_ statement: Statement) throws -> [Row] {
        try pipeline([statement])[0]
    }

    /// Rows in pages by id: `statement` gives one row more than a page has, if there is one.
    func page<T: Sendable>(_ statement: Statement, limit: Int, id: (T) -> String, _ read: (Row) throws -> T) throws -> Page<T> {
        let rows = try query(statement)
        let items = try rows.prefix(limit).map(read)
        return Page(items: items, next: rows.count > limit ? items.last.map(id) : nil)
    }
}

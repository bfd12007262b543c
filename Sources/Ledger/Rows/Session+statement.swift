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

    /// The rows of a table whose key is a name, in the order of names, in pages.
    func pageByName<T: Sendable>(
        of table: StaticString, _ page: PageRequest, name: (T) -> String, _ read: (Row) throws -> T
    ) throws -> Page<T> {
        let statement = Statement(
            "SELECT * FROM \(table) WHERE name > $1 ORDER BY name LIMIT $2", page.after ?? "", page.limit + 1)
        return try self.page(statement, limit: page.limit, id: name, read)
    }
}

/// A connection in the hands of one piece of work. Valid only inside the body it is given to, on the connection's thread.
///
/// Leave the connection as it was found: no `SET` (but `SET LOCAL`), no session locks, no temporary tables, no `LISTEN`.
public final class Session {
    private let link: Link
    private let isTransaction: Bool
    private var hasBegun = false
    /// The first error of the server or the connection, whatever the body made of it.
    private(set) var failure: DatabaseError?

    init(_ link: Link, isTransaction: Bool) {
        self.link = link
        self.isTransaction = isTransaction
    }

    /// Runs one statement.
    /// - Returns: how many rows were inserted, updated, deleted or selected.
    /// - Throws: `DatabaseError`, as all methods here.
    @discardableResult
    public func execute(_ sql: String, _ parameters: any PostgresEncodable...) throws -> Int {
        try execute(sql, parameters)
    }

    @discardableResult
    public func execute(_ sql: String, _ parameters: [any PostgresEncodable]) throws -> Int {
        try run([Statement(sql, parameters: parameters)])[0].affected
    }

    /// Runs one statement and gives its rows. The statement is prepared once per connection, and found again by its text.
    ///
    /// A literal `[1, 2]` as the only parameter is taken for the list of parameters; write `[1, 2] as [Int]` for an array.
    public func query(_ sql: String, _ parameters: [any PostgresEncodable]) throws -> [Row] {
        try run([Statement(sql, parameters: parameters)])[0].rows.rows
    }

    public func query(_ sql: String, _ parameters: any PostgresEncodable...) throws -> [Row] {
        try query(sql, parameters)
    }

    /// The first row, nil if there is none.
    public func queryOne(_ sql: String, _ parameters: [any PostgresEncodable]) throws -> Row? {
        try query(sql, parameters).first
    }

    public func queryOne(_ sql: String, _ parameters: any PostgresEncodable...) throws -> Row? {
        try query(sql, parameters).first
    }

    /// Runs the statements in one round trip. The first that fails skips the rest; outside of a transaction nothing of them
    /// has then happened.
    /// - Returns: the rows of each statement, in order.
    public func pipeline(_ statements: [Statement]) throws -> [[Row]] {
        try run(statements).map(\.rows.rows)
    }

    /// Runs several statements of one text, without parameters: a migration. Outside of a transaction they are one together.
    public func script(_ sql: String) throws {
        if isTransaction, !hasBegun { _ = try run([]) }
        try noting { () throws(DatabaseError) in try link.script(sql) }
    }

    private func run(_ statements: [Statement]) throws(DatabaseError) -> [StatementResult] {
        let opening = isTransaction && !hasBegun ? [Statement("BEGIN")] : []
        let results = try noting { () throws(DatabaseError) in try link.exchange(opening + statements) }
        return Array(results.dropFirst(opening.count))
    }

    private func noting<R>(_ work: () throws(DatabaseError) -> R) throws(DatabaseError) -> R {
        defer { hasBegun = hasBegun || (isTransaction && link.isInTransaction) }
        do {
            return try work()
        } catch {
            failure = failure ?? error
            throw error
        }
    }
}

// MARK: The end of a transaction

extension Session {
    /// - Throws: `.unknownOutcome` when the connection breaks now; otherwise an error means that nothing happened.
    func commit() throws(DatabaseError) {
        guard hasBegun else { return }
        try refuseHopelessCommit()
        let outcome: StatementResult
        do {
            outcome = try link.exchange([Statement("COMMIT")], isInterruptible: false)[0]
        } catch  where !link.isUsable {
            throw DatabaseError(.unknownOutcome, "whether the transaction was committed is unknown: \(error.message)")
        }
        guard outcome.command == "COMMIT" else {
            throw failure ?? DatabaseError(.server(sqlState: "25P02"), "the transaction had failed and was rolled back")
        }
    }

    /// A body may have caught an error after which the transaction can only be rolled back.
    private func refuseHopelessCommit() throws(DatabaseError) {
        if link.isUsable, !link.isInFailedTransaction, !link.isInterrupted { return }
        rollBack()
        throw failure ?? link.cancelled()
    }

    /// Leaves no transaction open. A connection that can't even do that is thrown away, which ends the transaction too.
    func rollBack() {
        guard link.isUsable, link.isInTransaction else { return }
        do {
            _ = try link.exchange([Statement("ROLLBACK")], isInterruptible: false)
        } catch {
            link.discard()
        }
    }
}

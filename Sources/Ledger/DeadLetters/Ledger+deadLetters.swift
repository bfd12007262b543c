public import Model
import PostgreSQL

extension Ledger {
    /// How many dead letters are kept; the eldest make room.
    public static let deadLetterLimit = 10_000

    /// Puts dead letters on record, each with the first `DeadLetter.bodyLimit` bytes of its body, and once.
    public func bury(
        _ letters: [(letter: DeadLetter, body: [UInt8])], keeping limit: Int = Self.deadLetterLimit
    ) async throws(LedgerError) {
        let statements: [Statement]
        do { statements = try letters.map { try $0.letter.insertion(body: $0.body) } } catch { throw LedgerError(error) }
        let trim = Statement(
            """
            DELETE FROM dead_letters WHERE id IN (SELECT id FROM dead_letters ORDER BY at DESC, id DESC OFFSET $1)
            """, limit)
        try await transaction { session in _ = try session.pipeline(statements + [trim]) }
    }

    /// In the order of their ids: the eldest first.
    public func deadLetters(_ page: PageRequest = PageRequest()) async throws(LedgerError) -> Page<DeadLetter> {
        try await session { session in
            try session.page(
                Statement(
                    """
                    SELECT id, at, queue, reason, detail, headers, size FROM dead_letters WHERE \(page.after("id"))
                    ORDER BY \(page.order("id")) LIMIT $2
                    """, page.start, page.limit + 1),
                limit: page.limit, id: { $0.id.description }, { try DeadLetter($0) })
        }
    }

    public func deadLetterCount() async throws(LedgerError) -> Int {
        try await session { session in
            try session.queryOne("SELECT count(*) AS count FROM dead_letters")?.decode("count") ?? 0
        }
    }

    /// Discards one.
    ///
    /// - Throws: `notFound`.
    public func deleteDeadLetter(_ id: DeadLetterID) async throws(LedgerError) {
        try await transaction { session in
            guard try session.execute("DELETE FROM dead_letters WHERE id = $1", id) == 1 else {
                throw LedgerError.notFound(what: "dead letter", id: id.description)
            }
        }
    }
}

extension DeadLetter {
    func insertion(body: [UInt8]) throws -> Statement {
        Statement(
            """
            INSERT INTO dead_letters (id, at, queue, reason, detail, headers, size, body)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING
            """, id, at, queue.withoutNUL, reason.withoutNUL, detail?.withoutNUL, try StoredJSON.text(headers), size,
            Array(body.prefix(Self.bodyLimit)))
    }

    fileprivate init(_ row: Row) throws {
        self.init(
            id: try row.id("id"), at: try row["at"], queue: try row["queue"], reason: try row["reason"],
            detail: try row["detail"], headers: try row.json("headers"), size: try row["size"])
    }
}

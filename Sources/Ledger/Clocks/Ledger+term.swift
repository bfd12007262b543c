public import FoundationEssentials
import Model
import PostgreSQL

extension Ledger {
    /// Takes or extends the leader's term, by the database's clock.
    ///
    /// - Returns: whether the term is the caller's now.
    public func holdTerm(leader: UUID, for duration: Duration) async throws(LedgerError) -> Bool {
        try await session { session in
            let row = try session.queryOne(
                """
                INSERT INTO leaders AS l (duty, leader, until)
                VALUES ('clocks', $1, clock_timestamp() + $2 * interval '1 second')
                ON CONFLICT (duty) DO UPDATE SET leader = excluded.leader, until = excluded.until
                WHERE l.leader = excluded.leader OR l.until <= clock_timestamp()
                RETURNING l.leader
                """, leader, duration.inSeconds)
            return row != nil
        }
    }

    /// Gives the term up, so that another need not wait for its end.
    public func endTerm(leader: UUID) async throws(LedgerError) {
        try await session { session in
            try session.execute("UPDATE leaders SET until = clock_timestamp() WHERE duty = 'clocks' AND leader = $1", leader)
        }
    }

    /// One transaction under the leader's term: nobody else can take the term before it ends.
    ///
    /// - Throws: `notLeading`.
    func pass<R: Sendable>(
        as leader: UUID, _ body: @escaping @Sendable (Book) throws -> R
    ) async throws(LedgerError) -> R {
        try await change { book in
            guard try book.store.holdsTerm(leader) else { throw LedgerError.notLeading }
            return try body(book)
        }
    }
}

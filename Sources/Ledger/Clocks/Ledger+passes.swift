public import FoundationEssentials
import Model
import PostgreSQL

/// The clocks' passes: each one transaction under the leader's term, over at most `limit` rows; each says how much it did, so
/// that a pass that did all it may is run again at once. Throws `notLeading`.
extension Ledger {
    /// Sends operations whose next attempt is due, as far as their hosts' windows allow.
    public func sendDueRetries(as leader: UUID, limit: Int = 500) async throws(LedgerError) -> Int {
        try await pass(as: leader) { book in
            try book.fillWindows(where: "o.status = 'retrying' AND o.retry_at <= $2", [limit, book.now])
        }
    }

    /// Sends what waits although nothing stands in its way: the net below the dispatching that every end of an operation does.
    public func dispatchWaiting(as leader: UUID, limit: Int = 500) async throws(LedgerError) -> Int {
        try await pass(as: leader) { try $0.fillWindows(where: "o.status = 'queued'", [limit]) }
    }

    /// Closes attempts whose agents have been silent for too long, and those that last too long.
    ///
    /// - Parameter silence: after which an agent is called gone.
    public func closeLostAttempts(
        as leader: UUID, silence: Duration = Self.agentSilence, limit: Int = 500
    ) async throws(LedgerError) -> Int {
        try await pass(as: leader) { book in
            let lost = try book.lostAttempts(silence: silence.inSeconds, limit: limit)
            try book.lock(hosts: Set(lost.map(\.host)))
            try book.load(operations: Set(lost.map(\.operation)))
            for attempt in lost {
                try book.apply(attempt.isAgentGone ? .agentGone(attempt.id) : .unfinished(attempt.id), to: attempt.operation)
            }
            try book.fillWindows(of: book.eased)
            return lost.count
        }
    }

    /// Ends leases whose time is over; their chains are on their way out.
    public func expireLeases(as leader: UUID, limit: Int = 500) async throws(LedgerError) -> Int {
        try await pass(as: leader) { book in
            let rows = try book.session.query(
                """
                SELECT l.chain, c.host FROM leases l JOIN chains c ON c.id = l.chain
                WHERE l.status = 'active' AND l.expires_at <= $1 ORDER BY l.expires_at LIMIT $2
                """, book.now, limit)
            try book.lock(hosts: try rows.map { try $0.id("host") })
            try book.load(chains: try rows.map { try $0.id("chain") })
            // Between the two a tenant may have released it.
            let chains: [ChainID] = try rows.map { try $0.id("chain") }.filter { book.chains[$0]?.now.lease != nil }
            for chain in chains { try book.giveBack(chain, .expired) }
            return chains.count
        }
    }
}

extension Book {
    /// - Parameter parameters: `$1` is how many hosts at most, the others are the condition's.
    fileprivate func fillWindows(where condition: StaticString, _ parameters: [any PostgresEncodable]) throws -> Int {
        let rows = try session.query(
            """
            SELECT waiting.host FROM (SELECT DISTINCT o.host FROM operations o WHERE \(condition)) AS waiting
            JOIN hosts h ON h.id = waiting.host
            WHERE h.parallel > (SELECT count(*) FROM operations f WHERE f.host = h.id AND f.status IN ('sent', 'working'))
            LIMIT $1
            """, parameters)
        try lock(hosts: try rows.map { try $0.id("host") })
        try fillWindows(of: hosts.keys)
        return sent.count
    }

    fileprivate struct LostAttempt {
        var id: AttemptID
        var operation: OperationID
        var host: HostID
        /// Else it has lasted for too long.
        var isAgentGone: Bool
    }

    fileprivate func lostAttempts(silence: Double, limit: Int) throws -> [LostAttempt] {
        let rows = try session.query(
            """
            SELECT * FROM (
                SELECT a.id, a.operation, o.host, coalesce(g.last_seen_at, a.started_at) <= $1 AS agent_gone,
                    a.ended_at IS NULL AND a.started_at <= $2 AS unfinished
                FROM attempts a JOIN operations o ON o.id = a.operation LEFT JOIN agents g ON g.id = a.agent
                WHERE a.started_at IS NOT NULL AND a.quiet_at IS NULL) AS at_work
            WHERE agent_gone OR unfinished ORDER BY id LIMIT $3
            """, now.addingTimeInterval(-silence), now.addingTimeInterval(-policy.longestAttempt), limit)
        return try rows.map { row in
            LostAttempt(
                id: try row.id("id"), operation: try row.id("operation"), host: try row.id("host"),
                isAgentGone: try row["agent_gone"])
        }
    }
}

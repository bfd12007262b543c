public import FoundationEssentials
import Model
import PostgreSQL

/// How long the ledger remembers what is over.
public struct Remembrance: Sendable, Hashable {
    /// Operations with their attempts. The latest of each chain, and of each host itself, stay.
    public var operations = Duration.seconds(90 * 86_400)
    public var events = Duration.seconds(30 * 86_400)
    /// How many events at most.
    public var eventLimit = 1_000_000
    /// Agents that fell silent.
    public var agents = Duration.seconds(86_400)

    public init() {}
}

extension Ledger {
    /// Forgets what is older than it has to be.
    ///
    /// - Parameter limit: at most so many operations, and so many events.
    /// - Returns: how many operations and events are forgotten.
    public func prune(
        as leader: UUID, _ remembrance: Remembrance = Remembrance(), limit: Int = 500
    ) async throws(LedgerError) -> Int {
        try await pass(as: leader) { try $0.store.prune(remembrance, at: $0.now, limit: limit) }
    }
}

extension SessionStore {
    func prune(_ remembrance: Remembrance, at now: Date, limit: Int) throws -> Int {
        func time(before age: Duration) -> Date { now.addingTimeInterval(-age.inSeconds) }
        try session.execute("DELETE FROM agents WHERE last_seen_at < $1", time(before: remembrance.agents))
        let events = try session.execute(
            """
            DELETE FROM events WHERE id IN (
                SELECT id FROM events WHERE at < $1 OR id <= (SELECT max(id) FROM events) - $2 ORDER BY id LIMIT $3)
            """, time(before: remembrance.events), remembrance.eventLimit, limit)
        return events + (try pruneOperations(endedBefore: time(before: remembrance.operations), limit: limit))
    }

    /// The highest number stays whatever its age: by it the ledger knows how far it has come.
    private func pruneOperations(endedBefore time: Date, limit: Int) throws -> Int {
        let old = try session.query(
            """
            SELECT o.id FROM operations o LEFT JOIN chains c ON c.id = o.chain JOIN hosts h ON h.id = o.host
            WHERE o.ended_at < $1 AND NOT EXISTS (SELECT FROM operations k WHERE k.parent = o.id) AND o.sequence < (SELECT max(sequence) FROM operations)
                AND (c.phase = 'gone' OR h.status = 'gone' OR EXISTS (
                    SELECT FROM operations l
                    WHERE l.host = o.host AND l.chain IS NOT DISTINCT FROM o.chain AND l.sequence > o.sequence))
            ORDER BY o.sequence LIMIT $2
            """, time, limit
        ).map { try $0.decode("id", as: OperationID.self) }
        guard !old.isEmpty else { return 0 }
        _ = try session.pipeline([
            Statement("DELETE FROM attempts WHERE operation = ANY($1)", old),
            Statement("DELETE FROM wishes WHERE operation = ANY($1)", old),
            Statement("DELETE FROM operations WHERE id = ANY($1)", old),
        ])
        return old.count
    }
}

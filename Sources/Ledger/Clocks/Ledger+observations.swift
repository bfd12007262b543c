public import FoundationEssentials
public import Model
import PostgreSQL

/// Asks for a look at a host.
public struct ObservationRequest: Sendable, Hashable {
    public var host: Host
    /// Higher than of every request before.
    public var number: Int
    /// The last operation sequence of the host.
    public var asOf: Int
    /// Of what is known; empty: anything is news.
    public var digest: String
}

extension Ledger {
    /// Takes the hosts that nobody looks at now; each has at most one request outstanding.
    ///
    /// - Parameter patience: after which a request without an answer is made again.
    public func claimObservations(
        as leader: UUID, patience: Duration = .seconds(90), limit: Int = 500
    ) async throws(LedgerError) -> [ObservationRequest] {
        try await pass(as: leader) { book in
            let rows = try book.session.query(
                """
                WITH due AS (
                    SELECT id FROM hosts
                    WHERE status IN ('active', 'unreachable') AND facts IS NOT NULL
                        AND (observe_asked_at IS NULL OR observe_asked_at <= $1)
                        AND (observe_after IS NULL OR observe_after <= $2)
                    ORDER BY observe_asked_at NULLS FIRST, id LIMIT $3 FOR NO KEY UPDATE SKIP LOCKED
                )
                UPDATE hosts h SET observe_number = greatest(observe_number, observed_number) + 1, observe_asked_at = $2
                FROM due WHERE h.id = due.id
                RETURNING \(Host.columns), h.observe_number, h.observed_digest,
                    coalesce((SELECT max(o.sequence) FROM operations o WHERE o.host = h.id), 0) AS as_of
                """, book.now.addingTimeInterval(-patience.inSeconds), book.now, limit)
            return try rows.map { row in
                ObservationRequest(
                    host: try Host(row), number: try row["observe_number"], asOf: try row["as_of"],
                    digest: try row["observed_digest"])
            }
        }
    }
}

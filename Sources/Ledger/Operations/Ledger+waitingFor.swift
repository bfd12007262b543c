import FoundationEssentials
public import Model
import PostgreSQL

extension Ledger {
    /// What queued operations wait for; those that are not queued are left out.
    public func waitingFor(_ operations: [OperationID]) async throws(LedgerError) -> [OperationID: WaitingFor] {
        try await session { session in
            let rows = try session.query(
                Statement(
                    """
                    SELECT o.id, o.kind, h.status, h.parallel,
                        (SELECT count(*) FROM operations f
                            WHERE f.host = o.host AND NOT f.is_parent AND f.status IN ('sent', 'working')) AS in_flight,
                        EXISTS (SELECT FROM operations f WHERE f.host = o.host AND f.chain IS NOT DISTINCT FROM o.chain
                            AND NOT f.is_parent AND f.status IN ('sent', 'working')) AS chain_in_flight,
                        EXISTS (SELECT FROM attempts a WHERE a.chain = o.chain AND a.quiet_at IS NULL
                            AND (a.started_at IS NOT NULL OR a.ended_at IS NOT NULL)
                            AND a.generation < (o.desired->>'generation')::integer) AS unquiet
                    FROM operations o JOIN hosts h ON h.id = o.host WHERE o.id = ANY($1) AND o.status = 'queued'
                    """, operations))
            var waiting: [OperationID: WaitingFor] = [:]
            for row in rows {
                // With nothing in its way it waits for its turn: the window.
                waiting[try row.id("id")] = try DispatchSituation(row).obstacle(for: try row["kind"]) ?? .window
            }
            return waiting
        }
    }
}

extension DispatchSituation {
    fileprivate init(_ row: Row) throws {
        self.init(
            hostStatus: try row["status"], inFlightOnHost: try row["in_flight"], parallel: try row["parallel"],
            chainInFlight: try row["chain_in_flight"], unquietAttempts: try row["unquiet"])
    }
}

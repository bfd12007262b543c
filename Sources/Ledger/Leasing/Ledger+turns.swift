import FoundationEssentials
public import Model
import PostgreSQL

public typealias ApplicantID = Identifier<Applicant>

/// An application that waits until a chain is free.
public enum Applicant {}

/// Whoever waits is served in turn: first come, first served among the applications of one tenant, and among tenants the one goes
/// first that was served longest ago, so that none starves the others. Who comes while others wait for the same goes behind them,
/// and pools are not refilled while somebody waits for whom a chain can be made.
extension Ledger {
    /// Takes a place in the row.
    ///
    /// - Parameter patience: after which the place is given up by itself.
    public func line(up application: Application, for patience: Duration) async throws(LedgerError) -> ApplicantID {
        let id = ApplicantID.fresh()
        let until = now.addingTimeInterval(patience.inSeconds)
        try await session { session in
            try session.execute(
                """
                INSERT INTO applicants (id, tenant, blueprint, parameters, makes, until) VALUES ($1, $2, $3, $4, $5, $6)
                """, id, application.tenant, application.matching.blueprint,
                try StoredJSON.optionalText(application.matching.parameters), application.making != nil, until)
        }
        return id
    }

    /// Whether it is the first of those who want the same.
    public func hasTurn(_ id: ApplicantID) async throws(LedgerError) -> Bool {
        let now = now
        return try await session { session in
            let row = try session.queryOne(
                """
                SELECT a.id FROM (
                    SELECT *, row_number() OVER (PARTITION BY tenant ORDER BY id) AS rank FROM applicants WHERE until > $2) AS a
                LEFT JOIN tenants t ON t.name = a.tenant
                JOIN applicants mine ON mine.id = $1
                WHERE a.blueprint IS NOT DISTINCT FROM mine.blueprint AND a.parameters IS NOT DISTINCT FROM mine.parameters
                ORDER BY a.rank, t.served_at NULLS FIRST, a.id LIMIT 1
                """, id, now)
            return try row?.id("id") == id
        }
    }

    /// Gives a place up, and those of engines that have died.
    ///
    /// - Parameter served: whether it was that tenant's turn.
    public func leaveLine(_ id: ApplicantID, served tenant: String?) async throws(LedgerError) {
        let now = now
        try await session { session in
            try session.execute("DELETE FROM applicants WHERE id = $1 OR until <= $2", id, now)
            if let tenant { try session.execute("UPDATE tenants SET served_at = $2 WHERE name = $1", tenant, now) }
        }
    }
}

extension SessionStore {
    /// A chain is passed over that somebody waits for.
    ///
    /// - Parameter time: now, as SQL says it.
    static func nobodyWaits(at time: String) -> String {
        """
        AND NOT EXISTS (
            SELECT FROM applicants a WHERE a.until > \(time) AND (a.blueprint IS NULL OR a.blueprint = c.blueprint)
                AND (a.parameters IS NULL OR a.parameters = c.parameters))
        """
    }

    /// The deed goes on record in the statement that does it.
    static let recorded = """
        , recorded AS (
            INSERT INTO audit (\(AuditRecord.columns))
            SELECT $12, $13, $14, $15, $16, $17, $18, $19, $20 FROM claimed
        )
        """

    func hasApplicants(at now: Date) throws -> Bool {
        try session.queryOne("SELECT 1 FROM applicants WHERE makes AND until > $1 LIMIT 1", now) != nil
    }

    func lockQuota(of tenant: String) throws -> Quota? {
        let row = try session.queryOne(
            "SELECT chain_quota, blueprint_quotas FROM tenants WHERE name = $1 FOR NO KEY UPDATE", tenant)
        return try row.map { try Quota($0) }
    }

    func holdings(of tenant: String) throws -> [String: Int] {
        let rows = try session.query(
            """
            SELECT c.blueprint, count(*) AS count FROM leases l JOIN chains c ON c.id = l.chain
            WHERE l.tenant = $1 AND l.status IN ('waiting', 'active') GROUP BY c.blueprint
            """, tenant)
        var holdings: [String: Int] = [:]
        for row in rows { holdings[try row["blueprint"]] = try row.decode("count") }
        return holdings
    }
}

import FoundationEssentials
import Model
import PostgreSQL

extension SessionStore {
    func held(by tenant: String, holder: String?) throws -> (lease: Lease, chain: Chain)? {
        let row = try session.queryOne(
            """
            SELECT \(Lease.columns) FROM leases l
            WHERE l.tenant = $1 AND l.holder = $2 AND l.status IN ('waiting', 'active') ORDER BY l.id LIMIT 1
            """, tenant, holder)
        guard let lease = try row.map({ try Lease($0) }),
            let chain = try session.queryOne("SELECT \(Chain.columns) FROM chains c WHERE c.id = $1", lease.chain)
        else { return nil }
        return (lease, try Chain(chain))
    }

    func newestOperation(of chain: ChainID) throws -> Model.Operation? {
        try session.queryOne(
            "SELECT \(Operation.columns) FROM operations o WHERE o.chain = $1 ORDER BY o.sequence DESC LIMIT 1", chain
        ).map { try Model.Operation($0) }
    }

    /// Its row is locked, gets the lease's id, and the lease is there, in one statement.
    func claim(_ stage: ClaimStage, for application: Application, lease: Lease, waits: Bool) throws -> Chain? {
        let sql = """
            WITH eldest AS (
                SELECT c.id FROM chains c
                WHERE c.lease IS NULL AND \(stage.condition)
                    \(application.matching.blueprint == nil ? "AND $10::text IS NULL" : "AND c.blueprint = $10")
                    \(application.matching.parameters == nil ? "AND $11::jsonb IS NULL" : "AND c.parameters = $11")
                    \(application.hasTurn ? "" : SessionStore.nobodyWaits(at: "$7"))
                ORDER BY c.id LIMIT 1 \(waits ? "FOR UPDATE" : "FOR UPDATE SKIP LOCKED")
            ), claimed AS (
                UPDATE chains c SET lease = $1 FROM eldest WHERE c.id = eldest.id RETURNING c.*
            ), leased AS (
                INSERT INTO leases (id, chain, tenant, holder, sole, status, ttl, created_at, active_at, expires_at)
                SELECT $1, id, $2, $3, $4, $5, $6, $7, $8, $9 FROM claimed
            )\(application.record == nil ? "" : SessionStore.recorded)
            SELECT \(Chain.columns) FROM claimed c
            """
        let parameters: [any PostgresEncodable] = [
            lease.id, lease.tenant, lease.holder, application.isSole, lease.status, application.ttl, lease.createdAt,
            lease.activeAt, lease.expiresAt, application.matching.blueprint,
            try StoredJSON.optionalText(application.matching.parameters),
        ]
        let row = try session.queryOne(sql, parameters + (application.record?.values ?? []))
        return try row.map { try Chain($0) }
    }

    func hurry(_ chain: ChainID) throws {
        try session.execute(
            "UPDATE operations SET priority = $2 WHERE chain = $1 AND status IN ('queued', 'retrying')", chain,
            Priority.tenant)
    }
}

extension ClaimStage {
    var condition: String {
        switch self {
        case .ready: "c.phase = 'running' AND c.health = 'healthy'"
        case .coming: "c.phase = 'creating'"
        }
    }
}

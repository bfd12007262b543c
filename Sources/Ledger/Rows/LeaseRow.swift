import FoundationEssentials
import Model
import PostgreSQL

extension Lease {
    static let columns = """
        l.id, l.chain, l.tenant, l.holder, l.status, l.ending, l.ttl, l.created_at, l.active_at, l.expires_at, l.ended_at
        """

    init(_ row: Row) throws {
        self.init(
            id: try row.id("id"), chain: try row.id("chain"), tenant: try row["tenant"], holder: try row["holder"],
            status: try row["status"], end: try row["ending"], createdAt: try row["created_at"], activeAt: try row["active_at"],
            expiresAt: try row["expires_at"], endedAt: try row["ended_at"])
    }

    func insertion(sole: Bool, ttl: Double?) -> Statement {
        Statement(
            """
            INSERT INTO leases (id, chain, tenant, holder, sole, status, ttl, created_at, active_at, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            """,
            id, chain, tenant, holder, sole, status, ttl, createdAt, activeAt, expiresAt)
    }

    func update() -> Statement {
        Statement(
            "UPDATE leases SET status = $2, ending = $3, active_at = $4, expires_at = $5, ended_at = $6 WHERE id = $1",
            id, status, end, activeAt, expiresAt, endedAt)
    }
}

import FoundationEssentials
import Model
import PostgreSQL

extension Operation {
    static let columns = """
        o.id, o.sequence, o.kind, o.host, o.chain, o.node, o.parent, o.priority, o.status, o.attempt, o.charged, o.agents_lost, \
        o.retry_at, o.progress, o.error, o.cancel_requested, o.created_at, o.ended_at
        """

    init(_ row: Row) throws {
        self.init(
            id: try row.id("id"), sequence: try row["sequence"], kind: try row["kind"], host: try row.id("host"),
            chain: try row.optionalID("chain"), node: try row["node"], parent: try row.optionalID("parent"),
            priority: try row["priority"], status: try row["status"], attempt: try row["attempt"], charged: try row["charged"],
            agentsLost: try row["agents_lost"],
            retryAt: try row["retry_at"], progress: try row.optionalJSON("progress"), error: try row.optionalJSON("error"),
            cancelRequested: try row["cancel_requested"], createdAt: try row["created_at"], endedAt: try row["ended_at"])
    }

    /// Gives back its `sequence`.
    ///
    /// - Parameter desired: what is wanted of its chain as of this operation; all its attempts carry it.
    func insertion(desired: Desired?) throws -> Statement {
        Statement(
            """
            INSERT INTO operations (id, kind, host, chain, desired, priority, status, attempt, charged, agents_lost, retry_at,
                progress, error, cancel_requested, created_at, ended_at, node, parent)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
            RETURNING sequence
            """,
            id.uuid, kind, host.uuid, chain?.uuid, try StoredJSON.optionalText(desired), priority, status, attempt, charged,
            agentsLost, retryAt, try StoredJSON.optionalText(progress), try StoredJSON.optionalText(error), cancelRequested,
            createdAt, endedAt, node, parent?.uuid)
    }

    /// All but the priority, which `apply` may raise without the host's lock.
    func update(desired: Desired?) throws -> Statement {
        Statement(
            """
            UPDATE operations SET desired = $2, status = $3, attempt = $4, charged = $5, agents_lost = $6, retry_at = $7,
                progress = $8, error = $9, cancel_requested = $10, ended_at = $11
            WHERE id = $1
            """,
            id.uuid, try StoredJSON.optionalText(desired), status, attempt, charged, agentsLost, retryAt,
            try StoredJSON.optionalText(progress), try StoredJSON.optionalText(error), cancelRequested, endedAt)
    }
}

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

    /// Gives back their `sequence`, in their order.
    static func insertion(of work: [WorkEntry]) throws -> Statement {
        Statement(
            """
            INSERT INTO operations (id, kind, host, chain, desired, priority, status, attempt, charged, agents_lost, retry_at,
                progress, error, cancel_requested, created_at, ended_at, node, parent)
            SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::jsonb[], $6::smallint[], $7::text[],
                $8::integer[], $9::integer[], $10::integer[], $11::timestamptz[], $12::jsonb[], $13::jsonb[], $14::boolean[],
                $15::timestamptz[], $16::timestamptz[], $17::text[], $18::uuid[])
            RETURNING sequence
            """,
            rows: try work.map { entry in
                let operation = entry.operation
                return [
                    operation.id, operation.kind, operation.host, operation.chain,
                    try StoredJSON.optionalText(entry.now.desired), operation.priority, operation.status, operation.attempt,
                    operation.charged, operation.agentsLost, operation.retryAt, try StoredJSON.optionalText(operation.progress),
                    try StoredJSON.optionalText(operation.error), operation.cancelRequested, operation.createdAt,
                    operation.endedAt, operation.node, operation.parent,
                ]
            })
    }

    /// All but the priority, which `apply` may raise without the host's lock.
    static func update(of work: [WorkEntry]) throws -> Statement {
        Statement(
            """
            UPDATE operations o SET desired = n.desired, status = n.status, attempt = n.attempt, charged = n.charged,
                agents_lost = n.agents_lost, retry_at = n.retry_at, progress = n.progress, error = n.error,
                cancel_requested = n.cancel_requested, ended_at = n.ended_at
            FROM unnest($1::uuid[], $2::jsonb[], $3::text[], $4::integer[], $5::integer[], $6::integer[], $7::timestamptz[],
                $8::jsonb[], $9::jsonb[], $10::boolean[], $11::timestamptz[])
                AS n (id, desired, status, attempt, charged, agents_lost, retry_at, progress, error, cancel_requested, ended_at)
            WHERE o.id = n.id
            """,
            rows: try work.map { entry in
                let operation = entry.operation
                return [
                    operation.id, try StoredJSON.optionalText(entry.now.desired), operation.status, operation.attempt,
                    operation.charged, operation.agentsLost, operation.retryAt, try StoredJSON.optionalText(operation.progress),
                    try StoredJSON.optionalText(operation.error), operation.cancelRequested, operation.endedAt,
                ]
            })
    }
}

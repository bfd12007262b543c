import FoundationEssentials
import Model
import PostgreSQL

extension Attempt {
    static let columns = """
        a.id, a.operation, a.number, a.agent, a.sent_at, a.started_at, a.ended_at, a.result, a.error, a.quiet_at
        """

    init(_ row: Row) throws {
        self.init(
            id: try row.id("id"), operation: try row.id("operation"), number: try row["number"],
            agent: try row.optionalID("agent"), sentAt: try row["sent_at"], startedAt: try row["started_at"],
            endedAt: try row["ended_at"], result: try row["result"], error: try row.optionalJSON("error"),
            quietAt: try row["quiet_at"])
    }

    static func insertion(of attempts: [NewAttempt]) throws -> Statement {
        Statement(
            """
            INSERT INTO attempts (id, operation, chain, generation, number, agent, sent_at, started_at, ended_at, result, error,
                quiet_at)
            SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::integer[], $5::integer[], $6::uuid[],
                $7::timestamptz[], $8::timestamptz[], $9::timestamptz[], $10::text[], $11::jsonb[], $12::timestamptz[])
            """,
            rows: try attempts.map { new in
                let attempt = new.attempt
                return [
                    attempt.id, attempt.operation, new.chain, new.generation, attempt.number,
                    attempt.agent, attempt.sentAt, attempt.startedAt, attempt.endedAt, attempt.result,
                    try StoredJSON.optionalText(attempt.error), attempt.quietAt,
                ]
            })
    }

    static func update(of attempts: [Attempt]) throws -> Statement {
        Statement(
            """
            UPDATE attempts a SET agent = n.agent, started_at = n.started_at, ended_at = n.ended_at, result = n.result,
                error = n.error, quiet_at = n.quiet_at
            FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::timestamptz[], $5::text[], $6::jsonb[], $7::timestamptz[])
                AS n (id, agent, started_at, ended_at, result, error, quiet_at)
            WHERE a.id = n.id
            """,
            rows: try attempts.map {
                [
                    $0.id, $0.agent, $0.startedAt, $0.endedAt, $0.result, try StoredJSON.optionalText($0.error),
                    $0.quietAt,
                ]
            })
    }
}

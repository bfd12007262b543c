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

    /// - Parameters:
    ///   - chain: its operation's.
    ///   - generation: the generation of the chain's desired state that its command carries.
    func insertion(chain: ChainID?, generation: Int?) throws -> Statement {
        Statement(
            """
            INSERT INTO attempts (id, operation, chain, generation, number, agent, sent_at, started_at, ended_at, result, error,
                quiet_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            """,
            id.uuid, operation.uuid, chain?.uuid, generation, number, agent?.uuid, sentAt, startedAt, endedAt, result,
            try StoredJSON.optionalText(error), quietAt)
    }

    func update() throws -> Statement {
        Statement(
            """
            UPDATE attempts SET agent = $2, started_at = $3, ended_at = $4, result = $5, error = $6, quiet_at = $7
            WHERE id = $1
            """,
            id.uuid, agent?.uuid, startedAt, endedAt, result, try StoredJSON.optionalText(error), quietAt)
    }
}

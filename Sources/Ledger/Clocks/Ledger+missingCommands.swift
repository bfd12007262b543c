public import FoundationEssentials
public import Model
import PostgreSQL

/// An attempt whose command the broker confirmed and of which nobody has said a word.
public struct MissingCommand: Sendable, Hashable {
    public var attempt: AttemptID
    public var operation: OperationID
    public var host: HostID
    public var driver: DriverKind
    public var site: String
}

extension Ledger {
    /// How long a command may be on the road before anybody asks for it.
    public static let commandPatience = Duration.seconds(10)

    /// Commands that left the outbox, and that no live agent says it has.
    public func missingCommands(limit: Int = 500) async throws(LedgerError) -> [MissingCommand] {
        let (sent, heard) = (
            now.addingTimeInterval(-Self.commandPatience.inSeconds), now.addingTimeInterval(-Self.agentSilence.inSeconds)
        )
        return try await session { session in
            let rows = try session.query(
                """
                SELECT a.id, a.operation, o.host, h.driver, h.site
                FROM operations o JOIN attempts a ON a.operation = o.id AND a.number = o.attempt JOIN hosts h ON h.id = o.host
                WHERE o.status = 'sent' AND a.sent_at <= $1 AND a.started_at IS NULL AND a.ended_at IS NULL
                    AND NOT EXISTS (SELECT FROM outbox b WHERE b.attempt = a.id)
                    AND NOT EXISTS (SELECT FROM agents g WHERE g.last_seen_at >= $2 AND o.id = ANY(g.working))
                ORDER BY a.id LIMIT $3
                """, sent, heard, limit)
            return try rows.map { row in
                MissingCommand(
                    attempt: try row.id("id"), operation: try row.id("operation"), host: try row.id("host"),
                    driver: try row["driver"], site: try row["site"])
            }
        }
    }

    /// Puts commands that their queue has lost into the outbox once more, as repeats.
    public func sendAgain(_ lost: [MissingCommand], as leader: UUID) async throws(LedgerError) -> Int {
        try await pass(as: leader) { try $0.sendAgain(lost) }
    }
}

extension Book {
    func sendAgain(_ lost: [MissingCommand]) throws -> Int {
        try lock(hosts: Set(lost.map(\.host)))
        try load(operations: Set(lost.map(\.operation)))
        for command in lost { try apply(.queueLost(command.attempt), to: command.operation) }
        return sentAgain.count
    }
}

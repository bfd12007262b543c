public import FoundationEssentials
public import Model
import PostgreSQL

/// An agent as it was last heard.
public struct HeardAgent: Sendable, Hashable {
    public var presence: AgentPresence
    public var firstSeenAt: Date
    public var lastSeenAt: Date

    public init(presence: AgentPresence, firstSeenAt: Date, lastSeenAt: Date) {
        self.presence = presence
        self.firstSeenAt = firstSeenAt
        self.lastSeenAt = lastSeenAt
    }
}

extension Ledger {
    /// After so long without a word an agent is called gone.
    public static let agentSilence = Duration.seconds(40)

    /// The agents that are not gone, the last heard first.
    public func liveAgents() async throws(LedgerError) -> [HeardAgent] {
        try await agents(heardSince: now.addingTimeInterval(-Self.agentSilence.inSeconds))
    }

    /// The agents that were heard of since `time`, the last heard first.
    public func agents(heardSince time: Date) async throws(LedgerError) -> [HeardAgent] {
        try await session { session in
            try session.query("SELECT * FROM agents WHERE last_seen_at >= $1 ORDER BY last_seen_at DESC, id", time)
                .map { try HeardAgent($0) }
        }
    }
}

extension HeardAgent {
    fileprivate init(_ row: Row) throws {
        self.init(
            presence: AgentPresence(
                id: try row.id("id"), name: try row["name"], site: try row["site"], driver: try row["driver"],
                version: try row["version"], schemas: try row["schemas"], working: try row["working"]),
            firstSeenAt: try row["first_seen_at"], lastSeenAt: try row["last_seen_at"])
    }
}

import FoundationEssentials
import Model
import PostgreSQL

/// How much of everything there is.
public struct Stats: Sendable, Hashable {
    /// By status, those that are gone left out.
    public var hosts: [String: Int] = [:]
    /// By phase, those that are gone left out.
    public var chains: [String: Int] = [:]
    public var chainsLeased = 0
    /// Running, healthy, and in nobody's hands.
    public var chainsReady = 0
    public var capacity = 0
    /// Waiting and active ones.
    public var leases: [String: Int] = [:]
    /// By status, those that have ended left out.
    public var operations: [String: Int] = [:]
    public var pools = 0
    public var pausedPools = 0
    public var applicants = 0
    public var agents = 0
    public var outbox = 0
    public var deadLetters = 0

    public init() {}
}

extension Ledger {
    public func stats() async throws(LedgerError) -> Stats {
        let heardSince = now.addingTimeInterval(-Self.agentSilence.inSeconds)
        return try await session { session in
            let results = try session.pipeline([
                Statement("SELECT status AS word, count(*) AS count FROM hosts WHERE status <> 'gone' GROUP BY status"),
                Statement("SELECT phase AS word, count(*) AS count FROM chains WHERE phase <> 'gone' GROUP BY phase"),
                Statement(
                    "SELECT status AS word, count(*) AS count FROM leases WHERE status IN ('waiting', 'active') GROUP BY status"),
                Statement("SELECT status AS word, count(*) AS count FROM operations WHERE ended_at IS NULL GROUP BY status"),
                Statement(
                    """
                    SELECT (SELECT count(*) FROM chains WHERE lease IS NOT NULL AND phase <> 'gone') AS leased,
                        (SELECT count(*) FROM chains WHERE lease IS NULL AND phase = 'running' AND health = 'healthy') AS ready,
                        (SELECT coalesce(sum(capacity), 0) FROM hosts WHERE status <> 'gone')::bigint AS capacity,
                        (SELECT count(*) FROM pools) AS pools, (SELECT count(*) FROM pools WHERE paused) AS paused,
                        (SELECT count(*) FROM applicants) AS applicants, (SELECT count(*) FROM outbox) AS outbox,
                        (SELECT count(*) FROM dead_letters) AS dead_letters,
                        (SELECT count(*) FROM agents WHERE last_seen_at >= $1) AS agents
                    """, heardSince),
            ])
            return try Stats(results)
        }
    }
}

extension Stats {
    fileprivate init(_ results: [[Row]]) throws {
        func counts(_ rows: [Row]) throws -> [String: Int] {
            var counts: [String: Int] = [:]
            for row in rows { counts[try row["word"]] = try row.decode("count") }
            return counts
        }
        (hosts, chains) = (try counts(results[0]), try counts(results[1]))
        (leases, operations) = (try counts(results[2]), try counts(results[3]))
        guard let row = results[4].first else { throw LedgerError.unreadable("counts") }
        (chainsLeased, chainsReady, capacity) = (try row["leased"], try row["ready"], try row["capacity"])
        (pools, pausedPools, applicants) = (try row["pools"], try row["paused"], try row["applicants"])
        (outbox, deadLetters, agents) = (try row["outbox"], try row["dead_letters"], try row["agents"])
    }
}

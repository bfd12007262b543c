import Curl
import Model
import PostgreSQL
import Programs

/// Compares what clients were told with what the ledger and the host say.
struct Checker: Sendable {
    let ledger: PostgreSQL.Pool
    let history: History

    struct Finding: Sendable {
        var lost: [String] = []
        var doubled: [String] = []
        var leftOver: [String] = []

        var isEmpty: Bool { lost.isEmpty && doubled.isEmpty && leftOver.isEmpty }
    }

    /// How many operations are under way.
    func underWay() async throws -> Int {
        try await ledger.session { try $0.queryOne("SELECT count(*) AS n FROM operations WHERE ended_at IS NULL")?["n"] ?? 0 }
    }

    /// Waits until nothing is under way; returns what never ends.
    func settle() async throws -> [String] {
        do {
            _ = try await eventually("everything ends", patience: .seconds(180), pause: .milliseconds(500)) {
                try await underWay() == 0 ? true : nil
            }
            return []
        } catch {
            return try await ledger.session { session in
                try session.query(
                    "SELECT id::text || ' ' || kind || ' ' || status AS what FROM operations WHERE ended_at IS NULL"
                )
                .map { try $0["what"] }
            }
        }
    }

    /// - Parameter containers: what is on the host; `nil` where it says nothing of nodes.
    func compare(containers: [HostContainer]) async throws -> Finding {
        var finding = Finding()
        try await compareOperations(&finding)
        try await compareLeases(&finding)
        await compareHost(containers, &finding)
        return finding
    }

    private func compareOperations(_ finding: inout Finding) async throws {
        let rows = try await ledger.session { session in
            try session.query(
                """
                SELECT o.id::text AS id, o.kind, o.status, c.pool IS NOT NULL OR l.id IS NOT NULL AS of_pool FROM operations o
                LEFT JOIN chains c ON c.id = o.chain LEFT JOIN leases l ON l.chain = o.chain
                """
            ).map {
                try (
                    id: $0["id"] as String, kind: $0["kind"] as String, status: $0["status"] as String,
                    ofPool: $0["of_pool"] as Bool
                )
            }
        }
        let known = Dictionary(rows.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let told = await history.operations
        for (id, wish) in told {
            guard let row = known[id] else {
                finding.lost.append("\(wish.rawValue) \(id) was accepted and is unknown")
                continue
            }
            if row.status != "succeeded" { finding.lost.append("\(wish.rawValue) \(id) was accepted and ended \(row.status)") }
        }
        let unknown = await history.unknown
        for wish in History.Wish.allCases {
            let untold = rows.count { $0.kind == wish.rawValue && !$0.ofPool && told[$0.id] == nil }
            // A DELETE has no key: repeated, it finds the first one at work.
            guard wish != .delete, untold > unknown[wish] ?? 0 else { continue }
            finding.doubled.append(
                "\(untold) operations \(wish.rawValue) that nobody was told of, and \(unknown[wish] ?? 0) unknown")
        }
    }

    private func compareLeases(_ finding: inout Finding) async throws {
        let rows = try await ledger.session { session in
            try session.query("SELECT id::text AS id, chain::text AS chain, holder, status FROM leases")
                .map {
                    try (
                        id: $0["id"] as String, chain: $0["chain"] as String, holder: $0["holder"] as String,
                        status: $0["status"] as String
                    )
                }
        }
        let known = Dictionary(rows.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let (leases, released) = (await history.leases, await history.released)
        for (holder, lease) in leases {
            guard let row = known[lease], row.holder == holder else {
                finding.lost.append("lease \(lease) of \(holder) was granted and is unknown")
                continue
            }
            if released.contains(lease), row.status != "ended" {
                finding.lost.append("lease \(lease) was given back and is \(row.status)")
            }
        }
        for (holder, same) in Dictionary(grouping: rows, by: \.holder) where same.count > 1 {
            finding.doubled.append("\(holder) has \(same.count) leases")
        }
        for (chain, same) in Dictionary(grouping: rows, by: \.chain) where same.count > 1 {
            finding.doubled.append("chain \(chain) was given \(same.count) times")
        }
        let untold = rows.count { leases[$0.holder] == nil }
        let unknown = await history.unknown[.apply] ?? 0
        if untold > unknown { finding.doubled.append("\(untold) leases that nobody was told of, and \(unknown) unknown") }
    }

    private func compareHost(_ containers: [HostContainer], _ finding: inout Finding) async {
        for (node, same) in Dictionary(grouping: containers, by: \.node) where same.count > 1 {
            finding.doubled.append("\(same.count) containers of \(node)")
        }
        let (running, gone) = (await history.running, await history.gone)
        let chains = Dictionary(grouping: containers, by: \.chain)
        for chain in running where !(chains[chain] ?? []).contains(where: \.isRunning) {
            finding.lost.append("chain \(chain) was said to run, and does not")
        }
        for chain in gone where chains[chain] != nil { finding.leftOver.append("chain \(chain) was said to be gone, and is not") }
    }
}

/// A container as its host shows it.
struct HostContainer: Sendable {
    var chain: String
    var node: String
    var isRunning: Bool
}

extension Checker {
    /// What is left in the ledger when every chain was deleted.
    func leftInLedger() async throws -> [String] {
        let query = """
            SELECT 'commands in the outbox' AS what, count(*) AS n FROM outbox
            UNION ALL SELECT 'ports', count(*) FROM ports WHERE chain IS NOT NULL
            UNION ALL SELECT 'subnets', count(*) FROM subnets WHERE chain IS NOT NULL
            UNION ALL SELECT 'dead letters', count(*) FROM dead_letters
            UNION ALL SELECT 'leases of chains that are gone', count(*) FROM leases l JOIN chains c ON c.id = l.chain
                WHERE l.status <> 'ended' AND c.phase = 'gone'
            """
        return try await ledger.session { session in
            try session.query(query).compactMap { row -> String? in
                let count: Int = try row["n"]
                return count == 0 ? nil : "\(count) \(try row["what"] as String)"
            }
        }
    }
}

extension Checker {
    /// What the ledger says of everything that is under way, for the message of a scene that failed.
    func account() async -> String {
        let queries = [
            """
            SELECT concat_ws(' ', 'operation', id, kind, status, 'chain', chain, 'attempt', attempt, 'made', created_at,
                'again', retry_at, error::text) AS what
            FROM operations WHERE ended_at IS NULL ORDER BY sequence
            """,
            """
            SELECT concat_ws(' ', 'lease', l.id, l.status, l.ending, 'chain', c.id, c.phase, c.health, c.reason) AS what
            FROM leases l JOIN chains c ON c.id = l.chain WHERE l.status <> 'ended' OR l.ending = 'chain-failed' ORDER BY l.id
            """,
            """
            SELECT concat_ws(' ', 'host', name, status, 'misses', look_failures, 'chains', chains) AS what FROM hosts
            """,
        ]
        do {
            let lines = try await ledger.session { session in
                try queries.flatMap { try session.query($0).map { try $0["what"] as String } }
            }
            return "the ledger says:\n" + lines.map { "    \($0)" }.joined(separator: "\n")
        } catch {
            return "the ledger can't be read: \(error)"
        }
    }
}

import FoundationEssentials
import Model
import PostgreSQL

extension SessionStore {
    func chainsAhead(_ observed: [(host: HostID, chains: [ObservedChain])]) throws -> [HostID: Set<ChainID>] {
        let seen = observed.flatMap { host, chains in chains.map { (host: host, chain: $0) } }
        guard !seen.isEmpty else { return [:] }
        let rows = try session.query(
            """
            SELECT seen.host, seen.chain FROM unnest($1::uuid[], $2::uuid[], $3::bigint[]) AS seen (host, chain, sequence)
            LEFT JOIN operations o ON o.sequence = seen.sequence
            WHERE NOT EXISTS (
                    SELECT FROM holds h WHERE h.host = seen.host AND h.lifted_at IS NOT NULL AND seen.sequence <= h.host_sequence)
                AND CASE WHEN o.id IS NULL
                    THEN seen.sequence > (SELECT coalesce(max(sequence), 0) FROM operations) OR EXISTS (
                        SELECT FROM holds h WHERE seen.sequence > h.ledger_sequence AND seen.sequence <= h.host_sequence)
                    -- A restored ledger has given the number anew.
                    ELSE o.chain IS DISTINCT FROM seen.chain END
            """, seen.map(\.host), seen.map(\.chain.id), seen.map(\.chain.sequence))
        var ahead: [HostID: Set<ChainID>] = [:]
        for row in rows { ahead[try row.id("host"), default: []].insert(try row.id("chain")) }
        return ahead
    }

    func isHeld(_ host: HostID) throws -> Bool {
        try session.queryOne("SELECT 1 FROM holds WHERE host = $1 AND lifted_at IS NULL", host) != nil
    }

    func hold(_ id: HoldID) throws -> Hold? {
        try session.queryOne("SELECT * FROM holds WHERE id = $1", id).map { try Hold($0) }
    }

    func lift(_ hold: Hold) throws {
        _ = try session.pipeline([
            Statement("UPDATE holds SET lifted_at = $2 WHERE id = $1", hold.id, hold.liftedAt),
            Statement("UPDATE orphans SET first_seen_at = $2 WHERE host = $1", hold.host, hold.liftedAt),
        ])
    }

    func hostsToSweep(orphanedSince time: Date, restingFrom lately: ClosedRange<Date>, limit: Int) throws -> [HostID] {
        let rows = try session.query(
            """
            SELECT DISTINCT o.host FROM orphans o JOIN hosts h ON h.id = o.host
            WHERE o.first_seen_at <= $1 AND h.status = 'active' AND NOT EXISTS (SELECT FROM holds WHERE lifted_at IS NULL)
                AND NOT EXISTS (
                    SELECT FROM operations p
                    WHERE p.host = o.host AND p.chain IS NULL AND (p.ended_at IS NULL OR p.ended_at BETWEEN $2 AND $3))
            ORDER BY o.host LIMIT $4
            """, time, lately.lowerBound, lately.upperBound, limit)
        return try rows.map { try $0.id("host") }
    }
}

extension Orphan {
    /// Told once, when it is first seen.
    func statements() throws -> [Statement] {
        let objects = try StoredJSON.text(objects)
        return [
            Statement(
                """
                INSERT INTO events (at, kind, host, chain, detail)
                SELECT $1, 'unknown-objects', $2, $3, $4 WHERE NOT EXISTS (SELECT FROM orphans WHERE host = $2 AND chain = $3)
                """, lastSeenAt, host, chain, try StoredJSON.text(["sequence": sequence])),
            Statement(
                """
                INSERT INTO orphans (host, chain, sequence, objects, first_seen_at, last_seen_at) VALUES ($1, $2, $3, $4, $5, $6)
                ON CONFLICT (host, chain) DO UPDATE SET sequence = $3, objects = $4, last_seen_at = $6
                """, host, chain, sequence, objects, firstSeenAt, lastSeenAt),
        ]
    }

    /// Of all that hosts hold.
    static func replacement(by orphans: [HostID: [Orphan]]) throws -> [Statement] {
        let all = orphans.values.flatMap(\.self)
        let gone = Statement(
            """
            DELETE FROM orphans o WHERE o.host = ANY($1) AND NOT EXISTS (
                SELECT FROM unnest($2::uuid[], $3::uuid[]) AS seen (host, chain) WHERE seen.host = o.host AND seen.chain = o.chain)
            """, Array(orphans.keys), all.map(\.host), all.map(\.chain))
        return try [gone] + all.flatMap { try $0.statements() }
    }
}

extension SeenAhead {
    /// Told once, when the hold is stored.
    static func hold(_ id: HoldID, on host: HostID, _ chains: [ChainID: SeenAhead], at now: Date) throws -> [Statement] {
        let highest = chains.values.map(\.sequence).max() ?? 0
        let seen = try StoredJSON.text(
            Dictionary(uniqueKeysWithValues: chains.map { ($0.key.description, $0.value) }))
        return [
            Statement(
                """
                INSERT INTO events (at, kind, host, detail)
                SELECT $1, 'ledger-behind', $2, $3
                WHERE NOT EXISTS (SELECT FROM holds WHERE host = $2 AND lifted_at IS NULL)
                """, now, host, try StoredJSON.text(["sequence": highest])),
            // Numbers that are given from now on are above all that was seen.
            Statement(
                """
                SELECT setval(number.of, greatest(nextval(number.of), $1))
                FROM (SELECT pg_get_serial_sequence('operations', 'sequence')::regclass AS of) AS number
                WHERE NOT EXISTS (SELECT FROM holds WHERE host_sequence >= $1)
                """, highest),
            Statement(
                """
                INSERT INTO holds AS h (id, host, at, ledger_sequence, host_sequence, chains)
                VALUES ($1, $2, $3, (SELECT coalesce(max(sequence), 0) FROM operations), $4, $5)
                ON CONFLICT (host) WHERE lifted_at IS NULL DO UPDATE
                SET host_sequence = greatest(h.host_sequence, excluded.host_sequence), chains = h.chains || excluded.chains
                """, id, host, now, highest, seen),
        ]
    }
}

import FoundationEssentials
import Model
import PostgreSQL

extension SessionStore {
    /// What waits for its chain is left out, so that it keeps no place from others.
    func waiting(on windows: [(host: HostID, room: Int)], at now: Date) throws -> [OperationID] {
        let rows = try session.query(
            """
            SELECT next.id FROM unnest($1::uuid[], $2::bigint[]) AS window_of (host, room), LATERAL (
                SELECT o.id, o.priority, o.sequence FROM operations o
                WHERE o.host = window_of.host AND o.status IN ('queued', 'retrying')
                    AND (o.status = 'queued' OR o.retry_at <= $3 OR o.retry_at > $5) AND o.kind = ANY($6)
                    AND NOT EXISTS (
                        SELECT FROM operations f WHERE f.host = o.host AND f.chain IS NOT DISTINCT FROM o.chain
                            AND NOT f.is_parent AND f.status IN ('sent', 'working'))
                    AND (o.agents_lost < $4 OR NOT EXISTS (
                        SELECT FROM operations s JOIN hosts theirs ON theirs.id = s.host JOIN hosts ours ON ours.id = o.host
                        WHERE NOT s.is_parent AND s.status IN ('sent', 'working') AND s.agents_lost >= $4
                            AND (theirs.driver, theirs.site) = (ours.driver, ours.site)))
                    AND NOT EXISTS (
                        SELECT FROM attempts a WHERE a.chain = o.chain AND a.quiet_at IS NULL
                            AND (a.started_at IS NOT NULL OR a.ended_at IS NOT NULL)
                            AND a.generation < (o.desired->>'generation')::integer)
                ORDER BY o.priority, o.sequence LIMIT window_of.room) AS next
            ORDER BY next.priority, next.sequence
            """, windows.map(\.host), windows.map(\.room), now, Operation.suspectedFrom, now.farAhead, OperationKind.known)
        return try rows.map { try $0.id("id") }
    }

    func suspectsInFlight(_ driver: DriverKind, _ site: String) throws -> Set<OperationID>? {
        let lock = try session.queryOne(
            "SELECT pg_try_advisory_xact_lock(hashtextextended('suspects ' || current_schema() || $1 || '.' || $2, 0)) AS is_ours",
            driver.rawValue, site)
        guard try lock?.decode("is_ours") ?? false else { return nil }
        // A statement of its own: what others sent before they let go is in its sight.
        let rows = try session.query(
            """
            SELECT o.id FROM operations o JOIN hosts h ON h.id = o.host
            WHERE NOT o.is_parent AND o.status IN ('sent', 'working') AND o.agents_lost >= $1 AND h.driver = $2 AND h.site = $3
            """, Operation.suspectedFrom, driver, site)
        return Set(try rows.map { try $0.id("id") })
    }

    func hosts(with waiting: WaitingWork, limit: Int) throws -> [HostID] {
        switch waiting {
        case .queued: try hosts(where: "o.status = 'queued'", [limit, OperationKind.known])
        case .retrying(let now):
            try hosts(
                where: "o.status = 'retrying' AND (o.retry_at <= $3 OR o.retry_at > $4)",
                [limit, OperationKind.known, now, now.farAhead])
        }
    }

    /// - Parameter parameters: `$1` is how many hosts at most, `$2` the kinds that are known; the others are the condition's.
    private func hosts(where condition: StaticString, _ parameters: [any PostgresEncodable]) throws -> [HostID] {
        let rows = try session.query(
            """
            SELECT waiting.host FROM (SELECT DISTINCT o.host FROM operations o WHERE o.kind = ANY($2) AND \(condition)) AS waiting
            JOIN hosts h ON h.id = waiting.host
            WHERE h.parallel > (SELECT count(*) FROM operations f 
                WHERE f.host = h.id AND NOT f.is_parent AND f.status IN ('sent', 'working'))
            LIMIT $1
            """, parameters)
        return try rows.map { try $0.id("host") }
    }

    func rooms(for use: HostUse, heardSince time: Date) throws -> [HostRoom] {
        let condition = use == .filling ? "h.autofill AND h.prefers IS NULL" : "true"
        let rows = try session.query(
            """
            SELECT h.id, h.capacity - h.chains AS free FROM hosts h
            WHERE h.status = 'active' AND h.schedulable AND h.chains < h.capacity AND \(condition)
                AND EXISTS (SELECT FROM agents g WHERE g.driver = h.driver AND g.site = h.site AND g.last_seen_at > $1)
                AND NOT EXISTS (
                    SELECT FROM operations o WHERE o.host = h.id AND o.is_parent AND o.ended_at IS NULL AND o.kind = 'host.reset')
            """, time)
        return try rows.map { HostRoom(host: try $0.id("id"), free: try $0.decode("free")) }
    }

    func lostAttempts(heardBefore: Date, startedBefore: Date, at now: Date, limit: Int) throws -> [LostAttempt] {
        try session.execute("UPDATE agents SET last_seen_at = $1 WHERE last_seen_at > $2", now, now.ahead)
        let rows = try session.query(
            """
            SELECT * FROM (
                SELECT a.id, a.operation, o.host, coalesce(g.last_seen_at, a.started_at, a.ended_at) <= $1 AS agent_gone,
                    coalesce(a.ended_at IS NULL AND a.started_at <= $2, false) AS unfinished
                FROM attempts a JOIN operations o ON o.id = a.operation LEFT JOIN agents g ON g.id = a.agent
                WHERE a.quiet_at IS NULL AND (a.started_at IS NOT NULL OR a.ended_at IS NOT NULL)) AS at_work
            WHERE agent_gone OR unfinished ORDER BY id LIMIT $3
            """, heardBefore, startedBefore, limit)
        return try rows.map { row in
            LostAttempt(
                id: try row.id("id"), operation: try row.id("operation"), host: try row.id("host"),
                isAgentGone: try row["agent_gone"])
        }
    }

    func expiredLeases(at now: Date, limit: Int) throws -> [PlacedChain] {
        let rows = try session.query(
            """
            SELECT l.chain, c.host FROM leases l JOIN chains c ON c.id = l.chain
            WHERE l.status = 'active' AND l.expires_at <= $1 ORDER BY l.expires_at LIMIT $2
            """, now, limit)
        return try rows.map { PlacedChain(chain: try $0.id("chain"), host: try $0.id("host")) }
    }

    func failedChains(restingFrom lately: ClosedRange<Date>, limit: Int) throws -> [PlacedChain] {
        let rows = try session.query(
            """
            SELECT c.id, c.host FROM chains c
            WHERE c.phase = 'failed' AND c.lease IS NULL AND coalesce(c.reason, '') NOT LIKE 'ledger-behind:%'
                AND (c.pool IS NOT NULL OR EXISTS (SELECT FROM leases l WHERE l.chain = c.id))
                AND NOT EXISTS (SELECT FROM operations o WHERE o.chain = c.id AND (o.ended_at IS NULL OR o.ended_at BETWEEN $1 AND $2))
            ORDER BY c.id LIMIT $3
            """, lately.lowerBound, lately.upperBound, limit)
        return try rows.map { PlacedChain(chain: try $0.id("id"), host: try $0.id("host")) }
    }

    func unreachedHosts(restingFrom lately: ClosedRange<Date>, limit: Int) throws -> [HostID] {
        let rows = try session.query(
            """
            SELECT h.id FROM hosts h
            WHERE h.status = 'unreachable' AND h.facts IS NULL AND NOT EXISTS (
                SELECT FROM operations o
                WHERE o.host = h.id AND o.chain IS NULL AND (o.ended_at IS NULL OR o.ended_at BETWEEN $1 AND $2))
            ORDER BY h.id LIMIT $3
            """, lately.lowerBound, lately.upperBound, limit)
        return try rows.map { try $0.id("id") }
    }

    func pools() throws -> [Model.Pool] {
        try session.query("SELECT * FROM pools WHERE NOT paused ORDER BY id").map { try Model.Pool($0) }
    }

    func unleasedChains() throws -> [PoolID: Int] {
        let rows = try session.query(
            """
            SELECT pool, count(*) AS count FROM chains
            WHERE pool IS NOT NULL AND lease IS NULL AND phase NOT IN ('deleting', 'gone') GROUP BY pool
            """)
        var counts: [PoolID: Int] = [:]
        for row in rows { counts[try row.id("pool")] = try row.decode("count") }
        return counts
    }

    func claimLooks(askedBefore: Date, at now: Date, limit: Int) throws -> [ObservationRequest] {
        let rows = try session.query(
            """
            WITH due AS (
                SELECT id FROM hosts
                WHERE status IN ('active', 'unreachable') AND facts IS NOT NULL
                    AND (observe_asked_at IS NULL OR observe_asked_at <= $1 OR observe_asked_at > $4)
                    AND (observe_after IS NULL OR observe_after <= $2 OR observe_after > $5)
                ORDER BY observe_asked_at NULLS FIRST, id LIMIT $3 FOR NO KEY UPDATE SKIP LOCKED
            )
            UPDATE hosts h SET observe_number = greatest(observe_number, observed_number) + 1, observe_asked_at = $2
            FROM due WHERE h.id = due.id
            RETURNING \(Host.columns), h.observe_number, h.observed_digest,
                coalesce((SELECT max(o.sequence) FROM operations o WHERE o.host = h.id), 0) AS as_of
            """, askedBefore, now, limit, now.ahead, now.addingTimeInterval(LookPolicy().cap))
        return try rows.map { row in
            ObservationRequest(
                host: try Host(row), number: try row["observe_number"], asOf: try row["as_of"],
                digest: try row["observed_digest"])
        }
    }

    func forgetAnswers(expiredAt now: Date, limit: Int) throws -> Int {
        try session.execute(
            """
            DELETE FROM idempotency WHERE (scope, method, path, key) IN (
                SELECT scope, method, path, key FROM idempotency WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)
            """, now, limit)
    }

    func holdsTerm(_ leader: UUID) throws -> Bool {
        let row = try session.queryOne(
            "SELECT 1 FROM leaders WHERE duty = 'clocks' AND leader = $1 AND until > clock_timestamp() FOR SHARE", leader)
        return row != nil
    }
}

extension Date {
    /// Clocks of machines may differ by so much; what was stamped later was stamped by a clock that was ahead.
    var ahead: Date { addingTimeInterval(10) }

    /// No wait lasts so long.
    fileprivate var farAhead: Date { addingTimeInterval(RetryPolicy.longestDelay) }
}

extension OperationKind {
    /// Work of other kinds is a newer program's to send.
    fileprivate static let known = allCases.map(\.rawValue)
}

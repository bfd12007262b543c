import FoundationEssentials
import Model
import PostgreSQL

extension SessionStore {
    /// A table takes all its rows in one statement, but where an order counts: what ends before what takes its place.
    func store(_ changes: BookChanges) throws -> [Int] {
        var statements = try self.statements(before: changes)
        let insertion = statements.count
        statements += try changes.newWork.isEmpty ? [] : [Operation.insertion(of: changes.newWork)]
        statements += try self.statements(after: changes)
        let results = try session.pipeline(statements)
        return changes.newWork.isEmpty ? [] : try results[insertion].map { try $0.decode("sequence") }
    }

    private func statements(before changes: BookChanges) throws -> [Statement] {
        var statements = try changes.newHosts.map { try $0.insertion() }
        if !changes.hosts.isEmpty { statements.append(try HostEntry.Stored.update(of: changes.hosts)) }
        statements += changes.endedLeases.map(\.statement)
        if !changes.newChains.isEmpty { statements.append(try Chain.insertion(of: changes.newChains)) }
        statements += changes.leases.map(\.statement)
        if !changes.chains.isEmpty { statements.append(try Chain.update(of: changes.chains)) }
        let (ended, open) = (
            changes.work.filter(\.operation.status.hasEnded), changes.work.filter { !$0.operation.status.hasEnded }
        )
        for work in [ended, open] where !work.isEmpty { statements.append(try Operation.update(of: work)) }
        return statements
    }

    private func statements(after changes: BookChanges) throws -> [Statement] {
        var statements: [Statement] = []
        if !changes.newAttempts.isEmpty { statements.append(try Attempt.insertion(of: changes.newAttempts)) }
        if !changes.attempts.isEmpty { statements.append(try Attempt.update(of: changes.attempts)) }
        if !changes.sent.isEmpty {
            statements.append(
                Statement(
                    "INSERT INTO outbox (operation, attempt) SELECT * FROM unnest($1::uuid[], $2::uuid[])",
                    rows: changes.sent.map { [$0.operation, $0.id] }))
        }
        statements += changes.sentAgain.map { attempt in
            Statement(
                "INSERT INTO outbox (operation, attempt, claims) VALUES ($1, $2, 1) ON CONFLICT (attempt) DO NOTHING",
                attempt.operation, attempt.id)
        }
        if !changes.arrived.isEmpty {
            statements.append(Statement("DELETE FROM outbox WHERE attempt = ANY($1)", changes.arrived))
        }
        if !changes.records.isEmpty { statements.append(AuditRecord.insertion(of: changes.records)) }
        return try statements + changes.afterwards.flatMap { try $0.statements() }
    }
}

extension LeaseEntry {
    fileprivate var statement: Statement { stored == nil ? lease.insertion(sole: sole, ttl: ttl) : lease.update() }
}

extension HostEntry.Stored {
    /// What transitions may change. An outstanding request is answered when its number has been observed.
    fileprivate static func update(of hosts: [HostEntry.Stored]) throws -> Statement {
        Statement(
            """
            UPDATE hosts h SET status = n.status, reason = n.reason, facts = n.facts, look_failures = n.look_failures,
                observed_number = n.observed_number, observed_digest = n.observed_digest, observe_after = n.observe_after,
                observe_asked_at = CASE WHEN h.observe_number > n.observed_number THEN h.observe_asked_at END
            FROM unnest($1::uuid[], $2::text[], $3::text[], $4::jsonb[], $5::bigint[], $6::bigint[], $7::text[], $8::timestamptz[])
                AS n (id, status, reason, facts, look_failures, observed_number, observed_digest, observe_after)
            WHERE h.id = n.id
            """,
            rows: try hosts.map { stored in
                let (host, looks) = (stored.host, stored.looks)
                return [
                    host.id, host.status, host.reason?.withoutNUL, try StoredJSON.optionalText(host.facts), looks.failures,
                    looks.number, looks.digest, looks.after,
                ]
            })
    }
}

extension Afterthought {
    fileprivate func statements() throws -> [Statement] {
        switch self {
        case .freeValues(let chain): SessionStore.freeingValues(of: chain)
        case .loseSight(let host):
            [
                Statement(
                    "UPDATE chains SET health = 'unknown', health_detail = $2 WHERE host = $1 AND phase = 'running'", host,
                    "the host is unreachable")
            ]
        case .orphans(let orphans): try Orphan.replacement(by: orphans)
        case .hold(let id, let host, let chains, let now): try SeenAhead.hold(id, on: host, chains, at: now)
        case .heard(let presence, let time): [presence.heard(at: time)]
        case .buried(let letter): [try letter.insertion(body: [])]
        case .poolTried(let pool, let failure): [failure.map { Self.poolFailed(pool, $0) } ?? Self.poolMade(pool)]
        case .configured(let host): [try host.configuration()]
        case .wish(let operation, let recipe):
            [
                Statement(
                    "INSERT INTO wishes (operation, recipe) VALUES ($1, $2)", operation, try StoredJSON.text(recipe))
            ]
        }
    }
}

/// After so many of its chains in a row that could not be made a pool pauses.
private let poolFailuresLimit = 5

extension Afterthought {
    private static func poolMade(_ pool: PoolID) -> Statement {
        Statement("UPDATE pools SET failures = 0 WHERE id = $1 AND failures > 0", pool)
    }

    private static func poolFailed(_ pool: PoolID, _ reason: String) -> Statement {
        Statement(
            """
            UPDATE pools SET failures = failures + 1, paused = paused OR failures + 1 >= $2,
                pause_reason = CASE WHEN NOT paused AND failures + 1 >= $2 THEN $3 ELSE pause_reason END
            WHERE id = $1
            """, pool, poolFailuresLimit, String(reason.withoutNUL.prefix(1000)))
    }
}

extension AgentPresence {
    fileprivate func heard(at time: Date) -> Statement {
        Statement(
            """
            INSERT INTO agents (id, name, site, driver, version, schemas, working, first_seen_at, last_seen_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
            ON CONFLICT (id) DO UPDATE SET name = $2, version = $5, schemas = $6, working = $7,
                last_seen_at = greatest(agents.last_seen_at, $8)
            """,
            id, name.withoutNUL, site, driver, version.withoutNUL, schemas, working, time)
    }
}

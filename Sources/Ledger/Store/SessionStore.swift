import FoundationEssentials
import Model
import PostgreSQL

/// One transaction of PostgreSQL.
struct SessionStore: BookStore {
    let session: Session

    func lockHosts(_ ids: [HostID]) throws -> [HostEntry] {
        let results = try session.pipeline([
            Statement(
                "SELECT \(Host.columns), \(Looks.columns) FROM hosts h WHERE h.id = ANY($1) ORDER BY h.id FOR NO KEY UPDATE",
                ids),
            // A statement of its own: counted by the one that waits for the lock, it would be as old as the wait. Each half has an
            // index of what is open alone: together they would read all that a host ever did.
            Statement(
                """
                SELECT host, count(*) FILTER (WHERE NOT is_parent) AS in_flight, bool_or(is_reset) AS is_resetting
                FROM (
                    SELECT host, false AS is_parent, false AS is_reset FROM operations
                    WHERE host = ANY($1) AND NOT is_parent AND status IN ('sent', 'working')
                    UNION ALL
                    SELECT host, true, kind = 'host.reset' FROM operations
                    WHERE host = ANY($1) AND is_parent AND ended_at IS NULL) AS open
                GROUP BY host
                """, ids),
        ])
        var work: [HostID: Row] = [:]
        for row in results[1] { work[try row.id("host")] = row }
        return try results[0].map { row in
            var entry = try HostEntry(row)
            entry.inFlight = try work[entry.host.id]?.decode("in_flight") ?? 0
            entry.isResetting = try work[entry.host.id]?.decode("is_resetting") ?? false
            return entry
        }
    }

    func lockChains(_ ids: [ChainID]) throws -> [ChainEntry.Stored] {
        try session.query(
            Statement("SELECT \(Chain.columns) FROM chains c WHERE c.id = ANY($1) ORDER BY c.id FOR UPDATE", ids)
        ).map { ChainEntry.Stored(chain: try Chain($0), lease: try $0.optionalID("lease")) }
    }

    func lockLease(_ id: LeaseID) throws -> LeaseEntry? {
        let row = try session.queryOne("SELECT \(Lease.columns), l.sole FROM leases l WHERE l.id = $1 FOR UPDATE", id)
        return try row.map { row in
            let lease = try Lease(row)
            return LeaseEntry(lease: lease, stored: lease, ttl: try row["ttl"], sole: try row["sole"])
        }
    }

    func work(_ selection: WorkSelection) throws -> [WorkEntry] {
        switch selection {
        case .operations(let ids): try work(in: "SELECT unnest($1::uuid[])", ids)
        case .openOfHosts(let ids):
            try work(
                in: """
                    SELECT id FROM operations
                    WHERE host = ANY($1) AND chain IS NULL AND NOT is_parent AND ended_at IS NULL
                    """, ids)
        case .openOfChains(let ids):
            try work(
                in: """
                    SELECT id FROM operations WHERE chain = ANY($1) AND ended_at IS NULL
                    UNION SELECT operation FROM attempts WHERE chain = ANY($1) AND quiet_at IS NULL
                        AND (started_at IS NOT NULL OR ended_at IS NOT NULL)
                    """, ids)
        }
    }

    private func work<Of>(in selection: String, _ ids: [Identifier<Of>]) throws -> [WorkEntry] {
        let results = try session.pipeline([
            Statement("SELECT \(Operation.columns), o.desired FROM operations o WHERE o.id IN (\(selection))", ids),
            Statement(
                "SELECT \(Attempt.columns), a.generation FROM attempts a WHERE a.operation IN (\(selection)) ORDER BY a.number",
                ids),
        ])
        var attempts: [OperationID: [Row]] = [:]
        for row in results[1] { attempts[try row.id("operation"), default: []].append(row) }
        return try results[0].map { row in try WorkEntry(row, attempts: attempts[try row.id("id")] ?? []) }
    }

    func undoing<R>(_ body: () throws -> R?) throws -> R? {
        try session.execute("SAVEPOINT undoing")
        let result = try body()
        try session.execute(result == nil ? "ROLLBACK TO SAVEPOINT undoing" : "RELEASE SAVEPOINT undoing")
        return result
    }

    func hosts(ofChains ids: [ChainID]) throws -> [ChainID: HostID] {
        let rows = try session.query(Statement("SELECT id, host FROM chains WHERE id = ANY($1)", ids))
        return Dictionary(uniqueKeysWithValues: try rows.map { (try $0.id("id"), try $0.id("host")) })
    }

    func host(ofOperation id: OperationID) throws -> HostID? {
        try session.queryOne("SELECT host FROM operations WHERE id = $1", id).map { try $0.id("host") }
    }

    func hasLater(than operation: Operation) throws -> Bool {
        let later = try session.queryOne(
            """
            SELECT 1 FROM operations
            WHERE host = $1 AND chain IS NOT DISTINCT FROM $2 AND NOT is_parent AND sequence > $3 LIMIT 1
            """,
            operation.host, operation.chain, operation.sequence)
        return later != nil
    }

    func site(_ name: String) throws -> Site? {
        try session.queryOne("SELECT * FROM sites WHERE name = $1", name).map { try Site($0) }
    }
}

extension Looks {
    static let columns = "h.look_failures, h.observed_number, h.observed_digest, h.observe_after"

    fileprivate init(_ row: Row) throws {
        self.init(
            failures: try row["look_failures"], number: try row["observed_number"], digest: try row["observed_digest"],
            after: try row["observe_after"])
    }
}

extension HostEntry {
    fileprivate init(_ row: Row) throws {
        let stored = Stored(host: try Host(row), looks: try Looks(row))
        self.init(now: stored, stored: stored, chains: try row["chains"])
    }
}

extension WorkEntry {
    fileprivate init(_ row: Row, attempts: [Row]) throws {
        let record = OperationRecord(operation: try Operation(row), attempts: try attempts.map { try Attempt($0) })
        let stored = Stored(record: record, desired: try row.optionalJSON("desired"))
        var generations: [AttemptID: Int] = [:]
        for attempt in attempts {
            generations[try attempt.id("id")] = try attempt.decode("generation", as: Int?.self)
        }
        self.init(now: stored, stored: stored, generations: generations)
    }
}

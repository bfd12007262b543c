import FoundationEssentials
import Model
import PostgreSQL

extension Book {
    /// Locks hosts, in the order of their ids. Missing ones are left out.
    func lock(hosts ids: some Sequence<HostID>) throws {
        let missing = ids.filter { hosts[$0] == nil }.map(\.uuid)
        guard !missing.isEmpty else { return }
        let results = try session.pipeline([
            Statement(
                "SELECT \(Host.columns), \(Looks.columns) FROM hosts h WHERE h.id = ANY($1) ORDER BY h.id FOR NO KEY UPDATE",
                missing),
            // A statement of its own: counted by the one that waits for the lock, it would be as old as the wait.
            Statement(
                """
                SELECT host, count(*) AS in_flight FROM operations
                WHERE host = ANY($1) AND status IN ('sent', 'working') GROUP BY host
                """, missing),
        ])
        var inFlight: [HostID: Int] = [:]
        for row in results[1] { inFlight[try row.id("host")] = try row.decode("in_flight") }
        for row in results[0] {
            var entry = try HostEntry(row)
            entry.inFlight = inFlight[entry.host.id] ?? 0
            hosts[entry.host.id] = entry
        }
    }

    /// Loads chains with their open operations; their hosts are locked already.
    func load(chains ids: some Sequence<ChainID>) throws {
        let missing = ids.filter { chains[$0] == nil }.map(\.uuid)
        guard !missing.isEmpty else { return }
        let rows = try session.query(
            Statement("SELECT \(Chain.columns) FROM chains c WHERE c.id = ANY($1) ORDER BY c.id FOR UPDATE", missing))
        for row in rows {
            let stored = ChainEntry.Stored(chain: try Chain(row), lease: try row.optionalID("lease"))
            chains[stored.chain.id] = ChainEntry(now: stored, stored: stored)
        }
        try load(
            operationsIn: """
                SELECT id FROM operations WHERE chain = ANY($1) AND ended_at IS NULL
                UNION SELECT operation FROM attempts WHERE chain = ANY($1) AND started_at IS NOT NULL AND quiet_at IS NULL
                """, missing)
    }

    /// Loads the open operations of hosts themselves; the hosts are locked already.
    func load(workOf ids: some Sequence<HostID>) throws {
        try load(
            operationsIn: "SELECT id FROM operations WHERE host = ANY($1) AND chain IS NULL AND ended_at IS NULL", ids.map(\.uuid)
        )
    }

    /// Loads operations with their attempts; their hosts are locked already.
    func load(operations ids: some Sequence<OperationID>) throws {
        let missing = ids.filter { work[$0] == nil }.map(\.uuid)
        guard !missing.isEmpty else { return }
        try load(operationsIn: "SELECT unnest($1::uuid[])", missing)
    }

    private func load(operationsIn selection: String, _ ids: [UUID]) throws {
        let results = try session.pipeline([
            Statement("SELECT \(Operation.columns), o.desired FROM operations o WHERE o.id IN (\(selection))", ids),
            Statement(
                "SELECT \(Attempt.columns), a.generation FROM attempts a WHERE a.operation IN (\(selection)) ORDER BY a.number",
                ids),
        ])
        var attempts: [OperationID: [Row]] = [:]
        for row in results[1] { attempts[try row.id("operation"), default: []].append(row) }
        for row in results[0] {
            let id: OperationID = try row.id("id")
            if work[id] == nil { work[id] = try WorkEntry(row, attempts: attempts[id] ?? []) }
        }
    }
}

extension Book {
    func host(_ id: HostID) throws -> HostEntry {
        try lock(hosts: [id])
        guard let entry = hosts[id] else { throw LedgerError.notFound(what: "host", id: id.description) }
        return entry
    }

    /// A chain of a locked host; loaded now if it was not before.
    func chain(_ id: ChainID) throws -> ChainEntry {
        try load(chains: [id])
        guard let entry = chains[id] else { throw LedgerError.notFound(what: "chain", id: id.description) }
        return entry
    }

    func lease(_ id: LeaseID) throws -> LeaseEntry {
        if let entry = leases[id] { return entry }
        guard let row = try session.queryOne("SELECT \(Lease.columns), l.sole FROM leases l WHERE l.id = $1 FOR UPDATE", id.uuid)
        else {
            throw LedgerError.notFound(what: "lease", id: id.description)
        }
        let lease = try Lease(row)
        let entry = LeaseEntry(lease: lease, stored: lease, ttl: try row["ttl"], sole: try row["sole"])
        leases[id] = entry
        return entry
    }

    func operation(_ id: OperationID) throws -> WorkEntry {
        try load(operations: [id])
        guard let entry = work[id] else { throw LedgerError.notFound(what: "operation", id: id.description) }
        return entry
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

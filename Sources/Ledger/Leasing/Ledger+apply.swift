import Model
import PostgreSQL

extension Ledger {
    /// Leases a chain: a ready one at once, else one that is on its way, else a new one if a host has room.
    ///
    /// A ready chain is taken by its row alone, with SKIP LOCKED, so that applications never wait for one another; the constraint
    /// `leases_of_a_chain` is the guard behind that. Only before `poolExhausted` is said, chains that others hold locked are
    /// waited for, because one of them may be left over.
    ///
    /// - Throws: `poolExhausted`.
    public func apply(_ application: Application) async throws(LedgerError) -> Applied {
        for _ in 1..<timesAskedAtOnce {
            do {
                return try await applyOnce(application)
            } catch .unavailable(let error) where error.code == .uniqueViolation(constraint: "leases_sole") {
                // The same holder asked twice at the same time: what the other call got is there to be found now.
                continue
            }
        }
        return try await applyOnce(application)
    }

    private func applyOnce(_ application: Application) async throws(LedgerError) -> Applied {
        let (now, policy) = (now, policy)
        // One statement that is a transaction of its own: a round trip instead of three.
        let ready = try await session { session in
            try Book(session: session, now: now, policy: policy).applyForReady(application)
        }
        if let ready { return ready }
        return try await change { try $0.applyForComing(application) }
    }
}

/// How often an application is made again because its holder asked elsewhere at the same moment.
private let timesAskedAtOnce = 5

extension Book {
    fileprivate func applyForReady(_ application: Application) throws -> Applied? {
        if application.isSole, let held = try held(application) { return held }
        return try claim(.ready, for: application, locking: "FOR UPDATE SKIP LOCKED")
    }

    fileprivate func applyForComing(_ application: Application) throws -> Applied {
        if let applied = try claim(.coming, for: application, locking: "FOR UPDATE SKIP LOCKED") { return applied }
        if let applied = try makeOne(for: application) { return applied }
        if let applied = try claim(.ready, for: application, locking: "FOR UPDATE") { return applied }
        if let applied = try claim(.coming, for: application, locking: "FOR UPDATE") { return applied }
        throw LedgerError.poolExhausted
    }

    /// What the tenant and holder have already.
    private func held(_ application: Application) throws -> Applied? {
        let row = try session.queryOne(
            """
            SELECT \(Lease.columns) FROM leases l
            WHERE l.tenant = $1 AND l.holder = $2 AND l.status IN ('waiting', 'active') ORDER BY l.id LIMIT 1
            """, application.tenant, application.holder)
        guard let lease = try row.map({ try Lease($0) }),
            let chain = try session.queryOne("SELECT \(Chain.columns) FROM chains c WHERE c.id = $1", lease.chain.uuid)
        else { return nil }
        return try applied(lease, Chain(chain), same: true)
    }

    private func applied(_ lease: Lease, _ chain: Chain, same: Bool) throws -> Applied {
        guard lease.status == .waiting else { return .leased(lease, chain, same: same) }
        let row = try session.queryOne(
            "SELECT \(Operation.columns) FROM operations o WHERE o.chain = $1 ORDER BY o.sequence DESC LIMIT 1", chain.id.uuid)
        guard let row else { throw LedgerError.notFound(what: "operation of chain", id: chain.id.description) }
        return .waiting(lease, chain, try Model.Operation(row))
    }

    private func makeOne(for application: Application) throws -> Applied? {
        guard let making = application.making else { return nil }
        let wish = Wish(plan: making.plan, parameters: making.parameters, priority: .tenant)
        guard let made = try makeAnywhere(wish) else { return nil }
        var lease = application.lease(.waiting, at: now)
        lease.chain = made.chain
        self.lease(made.chain, lease, sole: application.isSole, ttl: application.ttl)
        try write()
        return .waiting(lease, try chain(made.chain).chain, try operation(made.operation).operation)
    }
}

extension Book {
    private enum Stage {
        case ready
        case coming

        var condition: String {
            switch self {
            case .ready: "c.phase = 'running' AND c.health = 'healthy'"
            case .coming: "c.phase = 'creating'"
            }
        }

        var leaseStatus: LeaseStatus { self == .ready ? .active : .waiting }
    }

    /// Takes the eldest chain that will do: its row is locked, gets the lease's id, and the lease is there, in one statement.
    private func claim(_ stage: Stage, for application: Application, locking: String) throws -> Applied? {
        var lease = application.lease(stage.leaseStatus, at: now)
        let row = try session.queryOne(
            """
            WITH eldest AS (
                SELECT c.id FROM chains c
                WHERE c.lease IS NULL AND \(stage.condition)
                    \(application.matching.blueprint == nil ? "AND $10::text IS NULL" : "AND c.blueprint = $10")
                    \(application.matching.parameters == nil ? "AND $11::jsonb IS NULL" : "AND c.parameters @> $11")
                ORDER BY c.id LIMIT 1 \(locking)
            ), claimed AS (
                UPDATE chains c SET lease = $1 FROM eldest WHERE c.id = eldest.id RETURNING c.*
            ), leased AS (
                INSERT INTO leases (id, chain, tenant, holder, sole, status, ttl, created_at, active_at, expires_at)
                SELECT $1, id, $2, $3, $4, $5, $6, $7, $8, $9 FROM claimed
            )
            SELECT \(Chain.columns) FROM claimed c
            """, lease.id.uuid, lease.tenant, lease.holder, application.isSole, lease.status, application.ttl, lease.createdAt,
            lease.activeAt, lease.expiresAt, application.matching.blueprint,
            try StoredJSON.optionalText(application.matching.parameters))
        guard let row else { return nil }
        let chain = try Chain(row)
        lease.chain = chain.id
        if stage == .coming { try hurry(chain.id) }
        return try applied(lease, chain, same: false)
    }

    /// A tenant waits for this chain now: what makes it goes before what merely fills.
    private func hurry(_ chain: ChainID) throws {
        try session.execute(
            "UPDATE operations SET priority = $2 WHERE chain = $1 AND status IN ('queued', 'retrying')", chain.uuid,
            Priority.tenant)
    }
}

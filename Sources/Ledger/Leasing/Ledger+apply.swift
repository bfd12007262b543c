import Model
import PostgreSQL

extension Ledger {
    /// Leases a ready chain, in one transaction with others who apply at the same time.
    ///
    /// - Returns: `nil` where none is ready that will do, or the holder has something already: then it is for `apply` to say.
    public func applyForReady(_ application: Application) async throws(LedgerError) -> GivenChain? {
        // Within a greater transaction it is alone, and so is one that has a quota or its turn.
        guard Self.open == nil, !application.isLimited, !application.hasTurn else { return nil }
        var application = application
        application.record = Self.deed?.record(at: now)
        let lease = application.lease(.active, id: .fresh(), at: now)
        do {
            return try await desk.claim(application, lease)
        } catch {
            throw LedgerError(error)
        }
    }

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
        guard !application.isLimited else { return try await change { try $0.applyWithinQuota(application) } }
        let (now, policy) = (now, policy)
        var recorded = application
        recorded.record = Self.deed?.record(at: now)
        // One statement that is a transaction of its own: a round trip instead of three.
        let ready = try await session { [recorded] session in
            try Book(store: SessionStore(session: session), now: now, policy: policy).applyForReady(recorded)
        }
        if let ready { return ready }
        return try await change { try $0.applyForComing(application) }
    }
}

/// How often an application is made again because its holder asked elsewhere at the same moment.
private let timesAskedAtOnce = 5

extension Book {
    func applyForReady(_ application: Application) throws -> Applied? {
        if application.isSole, let held = try held(application) { return held }
        return try claim(.ready, for: application, waits: false)
    }

    func applyForComing(_ application: Application) throws -> Applied {
        if let applied = try claim(.coming, for: application, waits: false) { return applied }
        if let applied = try makeOne(for: application) { return applied }
        if let applied = try claim(.ready, for: application, waits: true) { return applied }
        if let applied = try claim(.coming, for: application, waits: true) { return applied }
        throw LedgerError.poolExhausted
    }

    /// The tenant's row is locked, so that what it holds can be counted; when that is too much, nothing has happened.
    func applyWithinQuota(_ application: Application) throws -> Applied {
        let quota = try store.lockQuota(of: application.tenant)
        let applied = try applyForReady(application) ?? applyForComing(application)
        if case .leased(_, _, same: true) = applied { return applied }
        try write()
        guard let quota else { return applied }
        try check(try store.holdings(of: application.tenant), quota)
        return applied
    }

    private func check(_ holdings: [String: Int], _ quota: Quota) throws {
        let total = holdings.values.reduce(0, +)
        if let limit = quota.chains, total > limit {
            throw LedgerError.conflict(code: "quota-exceeded", detail: "the tenant may hold \(limit) chains, and does")
        }
        for (blueprint, limit) in quota.blueprints.sorted(by: { $0.key < $1.key })
        where (holdings[blueprint] ?? 0) > limit {
            throw LedgerError.conflict(
                code: "quota-exceeded", detail: "the tenant may hold \(limit) chains of the blueprint \(blueprint), and does")
        }
    }

    /// What the tenant and holder have already.
    private func held(_ application: Application) throws -> Applied? {
        guard let (lease, chain) = try store.held(by: application.tenant, holder: application.holder) else { return nil }
        return try applied(lease, chain, same: true)
    }

    private func applied(_ lease: Lease, _ chain: Chain, same: Bool) throws -> Applied {
        guard lease.status == .waiting else { return .leased(lease, chain, same: same) }
        guard let operation = try store.newestOperation(of: chain.id) else {
            throw LedgerError.notFound(what: "operation of chain", id: chain.id.description)
        }
        return .waiting(lease, chain, operation)
    }

    private func makeOne(for application: Application) throws -> Applied? {
        guard let making = application.making else { return nil }
        // Room goes to those who wait for it, in their turn.
        guard try application.hasTurn || !store.hasApplicants(at: now) else { return nil }
        let wish = Wish(plan: making.plan, parameters: making.parameters, priority: .tenant)
        guard let made = try makeAnywhere(wish) else { return nil }
        var lease = application.lease(.waiting, id: fresh(), at: now)
        lease.chain = made.chain
        self.lease(made.chain, lease, sole: application.isSole, ttl: application.ttl)
        try write()
        return .waiting(lease, try chain(made.chain).chain, try operation(made.operation).operation)
    }
}

extension Book {
    private func claim(_ stage: ClaimStage, for application: Application, waits: Bool) throws -> Applied? {
        var lease = application.lease(stage.leaseStatus, id: fresh(), at: now)
        guard let chain = try store.claim(stage, for: application, lease: lease, waits: waits) else { return nil }
        lease.chain = chain.id
        if stage == .coming { try store.hurry(chain.id) }
        return try applied(lease, chain, same: false)
    }
}

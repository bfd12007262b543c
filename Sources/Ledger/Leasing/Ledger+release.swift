import FoundationEssentials
public import Model
import PostgreSQL

extension Ledger {
    /// Gives a chain back: its lease ends at once, and the chain is on its way out.
    ///
    /// - Parameter tenant: whose lease must hold the chain; `nil` for an operator.
    /// - Throws: `notFound`, also when the chain is not the tenant's; `conflict(not-leased)`.
    public func release(_ chain: ChainID, tenant: String? = nil) async throws(LedgerError) -> Lease {
        try await change { try $0.release(chain, tenant: tenant) }
    }

    /// Lets an active lease end so many seconds from now, instead of when it would have.
    ///
    /// - Parameter ttl: `nil`: it lasts until it is given back.
    /// - Throws: as `release`.
    public func renew(_ chain: ChainID, ttl: Double?, tenant: String? = nil) async throws(LedgerError) -> Lease {
        try await change { try $0.renew(chain, ttl: ttl, tenant: tenant) }
    }

    /// - Throws: `notFound`, also when it is not the tenant's.
    public func lease(_ id: LeaseID, tenant: String? = nil) async throws(LedgerError) -> Lease {
        try await session { session in
            let row = try session.queryOne(
                "SELECT \(Lease.columns) FROM leases l WHERE l.id = $1 AND ($2::text IS NULL OR l.tenant = $2)", id, tenant)
            guard let row else { throw LedgerError.notFound(what: "lease", id: id.description) }
            return try Lease(row)
        }
    }

    /// The lease that holds a chain now; `nil` when nobody does.
    public func lease(of chain: ChainID) async throws(LedgerError) -> Lease? {
        try await leases(of: [chain])[chain]
    }

    /// The leases that hold chains now.
    public func leases(of chains: [ChainID]) async throws(LedgerError) -> [ChainID: Lease] {
        try await session { session in
            let rows = try session.query(
                Statement(
                    "SELECT \(Lease.columns) FROM leases l WHERE l.chain = ANY($1) AND l.status IN ('waiting', 'active')",
                    chains))
            return Dictionary(try rows.map { try Lease($0) }.map { ($0.chain, $0) }, uniquingKeysWith: { first, _ in first })
        }
    }
}

/// Which leases a list shows; `nil` means any.
public struct LeaseFilter: Sendable, Hashable {
    public var tenant: String?
    public var holder: String?
    public var chain: ChainID?
    public var status: LeaseStatus?

    public init(tenant: String? = nil, holder: String? = nil, chain: ChainID? = nil, status: LeaseStatus? = nil) {
        self.tenant = tenant
        self.holder = holder
        self.chain = chain
        self.status = status
    }
}

extension Ledger {
    /// In the order of their ids, those that ended included.
    public func leases(
        _ filter: LeaseFilter = LeaseFilter(), _ page: PageRequest = PageRequest()
    ) async throws(LedgerError) -> Page<Lease> {
        try await session { session in
            try session.page(
                Statement(
                    """
                    SELECT \(Lease.columns) FROM leases l
                    WHERE \(page.after("l.id")) AND ($2::text IS NULL OR l.tenant = $2) AND ($3::text IS NULL OR l.holder = $3)
                        AND ($4::uuid IS NULL OR l.chain = $4) AND ($5::text IS NULL OR l.status = $5)
                    ORDER BY \(page.order("l.id")) LIMIT $6
                    """, page.start, filter.tenant, filter.holder, filter.chain, filter.status, page.limit + 1),
                limit: page.limit, id: { $0.id.description }, { try Lease($0) })
        }
    }
}

extension Book {
    func release(_ chain: ChainID, tenant: String?) throws -> Lease {
        guard let lease = try lockedChain(chain, tenant: tenant).now.lease else {
            throw LedgerError.conflict(code: "not-leased", detail: "the chain is not leased")
        }
        try giveBack(chain, .released)
        return try self.lease(lease).lease
    }

    func renew(_ chain: ChainID, ttl: Double?, tenant: String?) throws -> Lease {
        guard let id = try lockedChain(chain, tenant: tenant).now.lease, try self.lease(id).lease.status == .active else {
            throw LedgerError.conflict(code: "not-leased", detail: "nobody holds the chain yet, or any more")
        }
        leases[id]?.lease.expiresAt = ttl.map { now.addingTimeInterval($0) }
        return try self.lease(id).lease
    }

    /// Ends the lease of a chain and sends the chain on its way out, unless it is on it already.
    func giveBack(_ id: ChainID, _ reason: LeaseEnd) throws {
        try endLease(of: id, reason)
        let chain = try chain(id).chain
        guard chain.phase != .deleting else { return }
        if chain.isBehind { return chains[id]?.now.chain.giveBackLater() ?? () }
        try accept(.delete, for: id, priority: .tenant)
    }
}

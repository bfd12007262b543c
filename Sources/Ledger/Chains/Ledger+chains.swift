import FoundationEssentials
public import Model
import PostgreSQL

/// A chain that somebody asks for by name of what it is, not for a tenant.
public struct NewChain: Sendable, Hashable {
    /// `nil`: the scheduler chooses.
    public var host: HostID?
    public var plan: Plan
    public var parameters: JSONValue
    public var priority: Priority

    public init(host: HostID? = nil, plan: Plan, parameters: JSONValue, priority: Priority = .tenant) {
        self.host = host
        self.plan = plan
        self.parameters = parameters
        self.priority = priority
    }
}

/// Which chains a list shows; `nil` means any.
public struct ChainFilter: Sendable, Hashable {
    public var host: HostID?
    public var pool: PoolID?
    /// `nil`: all that are not gone.
    public var phase: ChainPhase?
    public var health: ChainHealth?
    public var blueprint: String?
    /// Whose lease holds them.
    public var tenant: String?
    /// For whom, in the tenant's words.
    public var holder: String?
    public var leased: Bool?

    public init(
        host: HostID? = nil, pool: PoolID? = nil, phase: ChainPhase? = nil, health: ChainHealth? = nil, blueprint: String? = nil,
        tenant: String? = nil, holder: String? = nil, leased: Bool? = nil
    ) {
        self.host = host
        self.pool = pool
        self.phase = phase
        self.health = health
        self.blueprint = blueprint
        self.tenant = tenant
        self.holder = holder
        self.leased = leased
    }
}

extension Ledger {
    /// - Throws: `notFound` (the host), `conflict` with `no-room` or `host-not-active`.
    public func createChain(_ new: NewChain) async throws(LedgerError) -> (Chain, Model.Operation) {
        try await change { book in
            let made = try book.createChain(new)
            try book.write()
            return (try book.chain(made.chain).chain, try book.operation(made.operation).operation)
        }
    }

    /// In the order of their ids.
    public func chains(
        _ filter: ChainFilter = ChainFilter(), _ page: PageRequest = PageRequest()
    ) async throws(LedgerError) -> Page<Chain> {
        try await session { session in
            try session.page(
                Statement(
                    """
                    SELECT \(Chain.columns) FROM chains c LEFT JOIN leases l ON l.id = c.lease
                    WHERE \(page.after("c.id")) AND ($2::uuid IS NULL OR c.host = $2) AND ($3::uuid IS NULL OR c.pool = $3)
                        AND CASE WHEN $4::text IS NULL THEN c.phase <> 'gone' ELSE c.phase = $4 END
                        AND ($5::text IS NULL OR c.health = $5) AND ($6::text IS NULL OR c.blueprint = $6)
                        AND ($7::text IS NULL OR l.tenant = $7) AND ($8::boolean IS NULL OR (c.lease IS NOT NULL) = $8)
                        AND ($10::text IS NULL OR l.holder = $10)
                    ORDER BY \(page.order("c.id")) LIMIT $9
                    """, page.start, filter.host, filter.pool, filter.phase, filter.health, filter.blueprint,
                    filter.tenant, filter.leased, page.limit + 1, filter.holder),
                limit: page.limit, id: { $0.id.description }, { try Chain($0) })
        }
    }

    /// A chain, also one that is gone.
    ///
    /// - Throws: `notFound`.
    public func chain(_ id: ChainID) async throws(LedgerError) -> Chain {
        try await session { session in
            guard let row = try session.queryOne("SELECT \(Chain.columns) FROM chains c WHERE c.id = $1", id) else {
                throw LedgerError.notFound(what: "chain", id: id.description)
            }
            return try Chain(row)
        }
    }
}

extension Book {
    func createChain(_ new: NewChain) throws -> (chain: ChainID, operation: OperationID) {
        let wish = Wish(plan: new.plan, parameters: new.parameters, priority: new.priority)
        guard let made = try new.host.map({ try make(wish, on: $0) }) ?? makeAnywhere(wish) else {
            throw LedgerError.conflict(code: "no-room", detail: "no active, schedulable host has room for another chain")
        }
        return made
    }
}

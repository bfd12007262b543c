import FoundationEssentials
public import Model

/// A tenant's wish for a chain.
public struct Application: Sendable, Hashable {
    public var tenant: String
    /// For whom, in the tenant's own words; `nil`: every application gets a chain of its own.
    public var holder: String?
    /// Whether the holder may have several.
    public var allowMultiple: Bool
    /// Seconds the lease lasts once it is active; `nil` for ever.
    public var ttl: Double?
    public var matching: Matching
    /// What is made when nothing is ready; `nil`: nothing is made.
    public var making: Making?
    /// It has waited for its turn, and goes before those who come now.
    public var hasTurn = false
    /// Its tenant has a quota.
    public var isLimited = false
    /// What goes on record in the statement that leases a ready chain.
    var record: AuditRecord?

    /// Which chains will do.
    public struct Matching: Sendable, Hashable {
        /// `nil`: any.
        public var blueprint: String?
        /// The chain's parameters, all of them; `nil`: any.
        public var parameters: JSONValue?

        public init(blueprint: String? = nil, parameters: JSONValue? = nil) {
            self.blueprint = blueprint
            self.parameters = parameters
        }
    }

    public struct Making: Sendable, Hashable {
        public var plan: Plan
        public var parameters: JSONValue

        public init(plan: Plan, parameters: JSONValue) {
            self.plan = plan
            self.parameters = parameters
        }
    }

    public init(
        tenant: String, holder: String? = nil, allowMultiple: Bool = false, ttl: Double? = nil, matching: Matching = Matching(),
        making: Making? = nil
    ) {
        self.tenant = tenant
        self.holder = holder
        self.allowMultiple = allowMultiple
        self.ttl = ttl
        self.matching = matching
        self.making = making
    }

    /// Whether the same tenant and holder asking again get what they have.
    var isSole: Bool { holder != nil && !allowMultiple }

    func lease(_ status: LeaseStatus, id: LeaseID, at now: Date) -> Lease {
        Lease(
            id: id, chain: ChainID(UUID()), tenant: tenant, holder: holder, status: status, createdAt: now,
            activeAt: status == .active ? now : nil, expiresAt: status == .active ? ttl.map { now.addingTimeInterval($0) } : nil)
    }
}

/// A ready chain that was given at once.
public struct GivenChain: Sendable, Hashable {
    public var lease: Lease
    public var chain: Chain
    /// Of its host.
    public var address: String
}

/// What an application came to.
public enum Applied: Sendable, Hashable {
    /// `same`: the tenant and holder had it before.
    case leased(Lease, Chain, same: Bool)
    /// A chain is being made; the operation tells how far it is.
    case waiting(Lease, Chain, Model.Operation)
}

public import FoundationEssentials
import PostgreSQL

/// How many chains a tenant may hold.
public struct Quota: Sendable, Hashable {
    /// `nil`: without limit.
    public var chains: Int?
    /// By blueprint; those not named are without limit of their own.
    public var blueprints: [String: Int]

    public init(chains: Int? = nil, blueprints: [String: Int] = [:]) {
        self.chains = chains
        self.blueprints = blueprints
    }
}

/// Who may lease chains.
public struct Tenant: Sendable, Hashable {
    public var name: String
    public var quota: Quota
    public var createdAt: Date

    public init(name: String, quota: Quota = Quota(), createdAt: Date) {
        self.name = name
        self.quota = quota
        self.createdAt = createdAt
    }
}

extension Quota {
    init(_ row: Row) throws {
        self.init(chains: try row["chain_quota"], blueprints: try row.json("blueprint_quotas"))
    }
}

extension Tenant {
    init(_ row: Row) throws {
        self.init(name: try row["name"], quota: try Quota(row), createdAt: try row["created_at"])
    }
}

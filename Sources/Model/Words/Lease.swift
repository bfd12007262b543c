public import FoundationEssentials

public enum LeaseStatus: String, Codable, Sendable, CaseIterable {
    /// Its chain is being made.
    case waiting
    case active
    case ended
}

/// Why a lease ended.
public enum LeaseEnd: String, Codable, Sendable, CaseIterable {
    case released
    case expired
    case chainFailed = "chain-failed"
    case revoked
}

/// A chain in a tenant's hands.
public struct Lease: Sendable, Hashable {
    public var id: LeaseID
    public var chain: ChainID
    public var tenant: String
    public var holder: String?
    public var status: LeaseStatus
    public var end: LeaseEnd?
    public var createdAt: Date
    public var activeAt: Date?
    public var expiresAt: Date?
    public var endedAt: Date?

    public init(
        id: LeaseID, chain: ChainID, tenant: String, holder: String? = nil, status: LeaseStatus, end: LeaseEnd? = nil,
        createdAt: Date, activeAt: Date? = nil, expiresAt: Date? = nil, endedAt: Date? = nil
    ) {
        self.id = id
        self.chain = chain
        self.tenant = tenant
        self.holder = holder
        self.status = status
        self.end = end
        self.createdAt = createdAt
        self.activeAt = activeAt
        self.expiresAt = expiresAt
        self.endedAt = endedAt
    }
}

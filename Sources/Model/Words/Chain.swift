public import FoundationEssentials

public enum ChainPhase: String, Codable, Sendable, CaseIterable {
    case creating, running, stopped, resetting, deleting, gone, failed
}

public enum ChainHealth: String, Codable, Sendable, CaseIterable {
    case unknown, healthy, degraded, unhealthy
}

/// One blockchain network.
public struct Chain: Sendable, Hashable {
    public var id: ChainID
    public var host: HostID
    /// The pool that made it, if one did.
    public var pool: PoolID?
    public var plan: Plan
    public var parameters: JSONValue
    public var desired: Desired
    public var phase: ChainPhase
    /// Why it failed; `nil` otherwise.
    public var reason: String?
    public var health: ChainHealth
    /// The node and cause of a health that is not `healthy`.
    public var healthDetail: String?
    public var subnet: String
    public var ports: [PortAssignment]
    public var nodes: [ObservedNode]
    /// When the first of its certificates expires; `nil` where it has none, or none was seen yet.
    public var certificatesExpireAt: Date?
    public var createdAt: Date

    public init(
        id: ChainID, host: HostID, pool: PoolID? = nil, plan: Plan, parameters: JSONValue, desired: Desired = Desired(),
        phase: ChainPhase = .creating, reason: String? = nil, health: ChainHealth = .unknown, healthDetail: String? = nil,
        subnet: String, ports: [PortAssignment], nodes: [ObservedNode] = [], certificatesExpireAt: Date? = nil,
        createdAt: Date
    ) {
        self.id = id
        self.host = host
        self.pool = pool
        self.plan = plan
        self.parameters = parameters
        self.desired = desired
        self.phase = phase
        self.reason = reason
        self.health = health
        self.healthDetail = healthDetail
        self.subnet = subnet
        self.ports = ports
        self.nodes = nodes
        self.certificatesExpireAt = certificatesExpireAt
        self.createdAt = createdAt
    }
}

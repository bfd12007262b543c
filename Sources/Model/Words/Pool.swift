public import FoundationEssentials

/// How many unleased chains a pool keeps ready.
public enum Warm: Sendable, Hashable {
    case chains(Int)
    /// As many as the autofill hosts hold.
    case full
}

/// What to keep ready on the autofill hosts.
public struct Pool: Sendable, Hashable {
    public var id: PoolID
    public var name: String
    public var plan: Plan
    public var parameters: JSONValue
    public var warm: Warm
    /// Nothing is made for it; by an operator, or by itself when its chains can't be made.
    public var isPaused: Bool
    /// Why it has paused by itself.
    public var pauseReason: String?
    public var createdAt: Date

    public init(
        id: PoolID, name: String, plan: Plan, parameters: JSONValue, warm: Warm, isPaused: Bool = false,
        pauseReason: String? = nil, createdAt: Date
    ) {
        self.id = id
        self.name = name
        self.plan = plan
        self.parameters = parameters
        self.warm = warm
        self.isPaused = isPaused
        self.pauseReason = pauseReason
        self.createdAt = createdAt
    }
}

/// What chains are made of: a plan and the parameters that led to it, defaults included.
public struct Recipe: Codable, Sendable, Hashable {
    public var plan: Plan
    public var parameters: JSONValue

    public init(plan: Plan, parameters: JSONValue) {
        self.plan = plan
        self.parameters = parameters
    }
}

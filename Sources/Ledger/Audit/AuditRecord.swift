public import FoundationEssentials
public import Model

public typealias AuditID = Identifier<AuditRecord>

/// What somebody does through the API, while it is being done.
public struct Deed: Sendable, Hashable {
    /// The request by which it is asked for.
    public var request: String
    /// The id of the API key that asks.
    public var key: String
    public var role: Role
    public var tenant: String?
    /// The call: its method and path.
    public var action: String
    /// What it is about: the path as it was asked for.
    public var target: String

    public init(request: String, key: String, role: Role, tenant: String?, action: String, target: String) {
        self.request = request
        self.key = key
        self.role = role
        self.tenant = tenant
        self.action = action
        self.target = target
    }

    /// - Parameter outcome: `done`, or the code of the problem for which it was not done.
    func record(at now: Date, outcome: String = "done") -> AuditRecord {
        AuditRecord(id: .fresh(), at: now, deed: self, outcome: outcome)
    }
}

/// A deed on record. Records are never changed.
public struct AuditRecord: Sendable, Hashable {
    public var id: AuditID
    public var at: Date
    public var deed: Deed
    public var outcome: String

    public init(id: AuditID, at: Date, deed: Deed, outcome: String) {
        self.id = id
        self.at = at
        self.deed = deed
        self.outcome = outcome
    }
}

public import Model

/// A change that somebody wants of a chain: start, stop, restart, reset, delete.
struct ChainRequest: Sendable {
    var kind: OperationKind
    var chain: ChainID
    /// Start, stop or restart this node alone.
    var node: String?
    /// Whose lease must hold the chain; `nil` for an operator, who may ask for any chain.
    var tenant: String?
    /// Deletes a leased chain too.
    var force: Bool
    /// What goes on record when it is taken.
    var record: AuditRecord?
}

/// A request that was taken, and all that an answer tells, as of its commit.
public struct AcceptedRequest: Sendable, Hashable {
    public var chain: Chain
    public var operation: Model.Operation
    /// `nil` unless the operation is queued.
    public var waitingFor: WaitingFor?
    /// By which the ports of the chain's host are reached.
    public var address: String
    /// That holds the chain.
    public var lease: Lease?
}

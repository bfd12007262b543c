public import Model

/// Asks an agent for an operation's work; self-contained.
public struct Command: Codable, Sendable, Hashable {
    public enum Work: Sendable, Hashable {
        /// Reach the host and say what it is (host.create).
        case probe
        /// Remove everything of this installation from the host (host.delete).
        case cleanse
        /// Remove these objects, which are nobody's (host.sweep).
        case remove([ObjectReference])
        /// Make the chain look as desired (all kinds that concern a chain).
        case converge(ChainWork)
    }

    public var operation: OperationID
    /// The operation's sequence number.
    public var sequence: Int
    public var kind: OperationKind
    public var attempt: AttemptID
    public var attemptNumber: Int
    public var host: HostTarget
    public var work: Work

    public init(
        operation: OperationID, sequence: Int, kind: OperationKind, attempt: AttemptID, attemptNumber: Int, host: HostTarget,
        work: Work
    ) {
        self.operation = operation
        self.sequence = sequence
        self.kind = kind
        self.attempt = attempt
        self.attemptNumber = attemptNumber
        self.host = host
        self.work = work
    }
}

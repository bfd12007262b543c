public import FoundationEssentials

/// What an operation does.
public enum OperationKind: String, Codable, Sendable, CaseIterable {
    case hostCreate = "host.create"
    case hostDelete = "host.delete"
    /// Removes what is left of ours on a host that holds no chains.
    case hostCleanse = "host.cleanse"
    /// Removes objects that are nobody's.
    case hostSweep = "host.sweep"
    case hostFillUp = "host.fillup"
    case hostClean = "host.clean"
    case hostReset = "host.reset"
    case create = "chain.create"
    case start = "chain.start"
    case stop = "chain.stop"
    case restart = "chain.restart"
    case reset = "chain.reset"
    case delete = "chain.delete"
    case repair = "chain.repair"

    /// It is about the host itself, and an agent does it.
    public var concernsHost: Bool { self == .hostCreate || self == .hostDelete || self == .hostCleanse || self == .hostSweep }

    /// No agent does it: it is done when its children are, an operation for each chain.
    public var isParent: Bool { self == .hostFillUp || self == .hostClean || self == .hostReset }
}

public enum OperationStatus: String, Codable, Sendable, CaseIterable {
    case queued, sent, working, retrying, succeeded, failed, superseded, cancelled

    /// A command of it may be on the road or at work.
    public var inFlight: Bool { self == .sent || self == .working }
    public var hasEnded: Bool { self == .succeeded || self == .failed || self == .superseded || self == .cancelled }
}

/// Whose work goes first on a host: tenants', then repair, then filling.
public enum Priority: Int, Codable, Sendable, CaseIterable {
    case tenant = 0
    case repair = 1
    case filling = 2
}

/// What a queued operation waits for.
public enum WaitingFor: String, Codable, Sendable, CaseIterable {
    /// An earlier operation of the same chain.
    case operation
    /// The host has its number of operations in flight.
    case window
    /// An agent that may still act on an earlier generation.
    case term
    /// The host is not active.
    case host
}

/// One accepted request to change something.
public struct Operation: Sendable, Hashable {
    public var id: OperationID
    /// Rises with every operation of the installation.
    public var sequence: Int
    public var kind: OperationKind
    public var host: HostID
    public var chain: ChainID?
    /// The one node of the chain that it is about; `nil`: all.
    public var node: String?
    /// The operation of which this is a part.
    public var parent: OperationID?
    public var priority: Priority
    public var status: OperationStatus
    /// The number of the latest attempt; 0 before the first.
    public var attempt: Int
    /// How many attempts were counted against it.
    public var charged: Int
    /// How many attempts in a row lost their agent.
    public var agentsLost: Int
    public var retryAt: Date?
    public var progress: Progress?
    public var error: WorkError?
    /// Whether somebody asked to cancel it while it was in flight.
    public var cancelRequested: Bool
    public var createdAt: Date
    public var endedAt: Date?

    public init(
        id: OperationID, sequence: Int = 0, kind: OperationKind, host: HostID, chain: ChainID? = nil, node: String? = nil,
        parent: OperationID? = nil, priority: Priority, status: OperationStatus = .queued, attempt: Int = 0, charged: Int = 0,
        agentsLost: Int = 0, retryAt: Date? = nil,
        progress: Progress? = nil, error: WorkError? = nil, cancelRequested: Bool = false, createdAt: Date, endedAt: Date? = nil
    ) {
        self.id = id
        self.sequence = sequence
        self.kind = kind
        self.host = host
        self.chain = chain
        self.node = node
        self.parent = parent
        self.priority = priority
        self.status = status
        self.attempt = attempt
        self.charged = charged
        self.agentsLost = agentsLost
        self.retryAt = retryAt
        self.progress = progress
        self.error = error
        self.cancelRequested = cancelRequested
        self.createdAt = createdAt
        self.endedAt = endedAt
    }
}

extension Operation {
    /// After so many lost agents in a row an operation is a suspect: it may be what kills them, or merely have been in their hands
    /// beside it. Suspects of one queue are tried one at a time, so that each falls by its own fault alone.
    public static let suspectedFrom = 2

    public var isSuspect: Bool { agentsLost >= Self.suspectedFrom }
}

/// One try at an operation: a command sent to the agents.
public struct Attempt: Sendable, Hashable {
    public enum Result: String, Codable, Sendable, CaseIterable {
        case succeeded, failed
        /// Given back unacted.
        case again
        /// Its agent fell silent or its connection was lost while working.
        case agentLost = "agent-lost"
        /// Given up after the longest time an attempt may last.
        case unfinished
    }

    public var id: AttemptID
    public var operation: OperationID
    /// From 1.
    public var number: Int
    public var agent: AgentID?
    public var sentAt: Date
    public var startedAt: Date?
    public var endedAt: Date?
    public var result: Result?
    public var error: WorkError?
    /// From when on its agent certainly acts no more; `nil` while that is not known.
    public var quietAt: Date?

    /// Whether somebody acts on it for all that is known, or has its command in hand although it came back from another.
    public var mayAct: Bool { quietAt == nil && (startedAt != nil || endedAt != nil) }

    public init(
        id: AttemptID, operation: OperationID, number: Int, agent: AgentID? = nil, sentAt: Date, startedAt: Date? = nil,
        endedAt: Date? = nil, result: Result? = nil, error: WorkError? = nil, quietAt: Date? = nil
    ) {
        self.id = id
        self.operation = operation
        self.number = number
        self.agent = agent
        self.sentAt = sentAt
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.result = result
        self.error = error
        self.quietAt = quietAt
    }
}

/// One running agent as its heartbeats tell.
public struct AgentPresence: Codable, Sendable, Hashable {
    public var id: AgentID
    /// For people: host name and process id.
    public var name: String
    public var site: String
    public var driver: DriverKind
    public var version: String
    /// The message schemas it reads.
    public var schemas: [Int]
    /// The operations it works on now.
    public var working: [OperationID]

    public init(
        id: AgentID, name: String, site: String, driver: DriverKind, version: String, schemas: [Int], working: [OperationID]
    ) {
        self.id = id
        self.name = name
        self.site = site
        self.driver = driver
        self.version = version
        self.schemas = schemas
        self.working = working
    }
}

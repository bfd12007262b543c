public import FoundationEssentials

public typealias HoldID = Identifier<Hold>

/// A host knows more than the ledger, because the ledger was restored from a backup. While a hold is open nothing unknown is
/// removed anywhere, and the chains concerned stay as they are until an operator decides.
public struct Hold: Sendable, Hashable {
    public var id: HoldID
    public var host: HostID
    /// When it was found out.
    public var at: Date
    /// The highest operation number that the ledger had given then.
    public var ledgerSequence: Int
    /// The highest that was seen on the host.
    public var hostSequence: Int
    /// What was seen of each chain concerned; some of them are unknown to the ledger.
    public var chains: [ChainID: SeenAhead]
    /// When an operator decided; `nil` while it is open.
    public var liftedAt: Date?

    public init(
        id: HoldID, host: HostID, at: Date, ledgerSequence: Int, hostSequence: Int, chains: [ChainID: SeenAhead],
        liftedAt: Date? = nil
    ) {
        self.id = id
        self.host = host
        self.at = at
        self.ledgerSequence = ledgerSequence
        self.hostSequence = hostSequence
        self.chains = chains
        self.liftedAt = liftedAt
    }
}

/// What the labels of a chain's objects say; more than the ledger does.
public struct SeenAhead: Codable, Sendable, Hashable {
    public var sequence: Int
    public var generation: Int
    public var incarnation: Int
    public var restarts: Int

    public init(sequence: Int, generation: Int, incarnation: Int, restarts: Int) {
        self.sequence = sequence
        self.generation = generation
        self.incarnation = incarnation
        self.restarts = restarts
    }

    public init(_ observed: ObservedChain) {
        self.init(
            sequence: observed.sequence, generation: observed.nodes.map(\.generation).max() ?? 0,
            incarnation: observed.nodes.map(\.incarnation).max() ?? 0, restarts: observed.nodes.map(\.restarts).max() ?? 0)
    }
}

/// Objects with our label on a host that belong to no chain of the ledger. They are removed after a while.
public struct Orphan: Sendable, Hashable {
    public var host: HostID
    /// What their labels say.
    public var chain: ChainID
    public var sequence: Int
    public var objects: [ObjectReference]
    public var firstSeenAt: Date
    public var lastSeenAt: Date

    public init(
        host: HostID, chain: ChainID, sequence: Int, objects: [ObjectReference], firstSeenAt: Date, lastSeenAt: Date
    ) {
        self.host = host
        self.chain = chain
        self.sequence = sequence
        self.objects = objects
        self.firstSeenAt = firstSeenAt
        self.lastSeenAt = lastSeenAt
    }
}

/// What a container, service or pod was seen doing.
public enum NodeState: String, Codable, Sendable, CaseIterable {
    /// Made, never started.
    case created
    case running
    /// Between two starts by the host's own restart policy.
    case restarting
    /// Ended, by our stop or by itself.
    case exited
    /// No such object.
    case missing
}

public enum NodeHealth: String, Codable, Sendable, CaseIterable {
    case unknown, starting, healthy, unhealthy
}

/// One node as it was seen.
public struct ObservedNode: Codable, Sendable, Hashable {
    public var name: String
    public var state: NodeState
    public var health: NodeHealth
    /// From the object's labels.
    public var restarts: Int
    public var incarnation: Int
    public var generation: Int
    /// Published ports as observed.
    public var ports: [PortAssignment]
    /// The host's own id of the object; `nil` when it is missing.
    public var object: String?
    /// Why it is not running and healthy, for people; at most 500 characters.
    public var detail: String?
    /// The machine of the swarm or cluster that it runs on.
    public var machine: String?
    /// Where its published ports are reached, if not at the host's own address.
    public var address: String?

    public init(
        name: String, state: NodeState, health: NodeHealth = .unknown, restarts: Int = 0, incarnation: Int = 0,
        generation: Int = 0, ports: [PortAssignment] = [], object: String? = nil, detail: String? = nil,
        machine: String? = nil, address: String? = nil
    ) {
        self.name = name
        self.state = state
        self.health = health
        self.restarts = restarts
        self.incarnation = incarnation
        self.generation = generation
        self.ports = ports
        self.object = object
        self.detail = detail
        self.machine = machine
        self.address = address
    }
}

/// One chain as it was seen: the nodes that exist, in the order of their names.
public struct ObservedChain: Codable, Sendable, Hashable {
    public var id: ChainID
    public var nodes: [ObservedNode]
    /// The highest operation sequence on its objects' labels.
    public var sequence: Int
    /// Other objects of it that exist: networks, volumes, finished tasks.
    public var objects: [ObjectReference]
    /// When the first of its certificates expires, in seconds since 1970; `nil` where it has none.
    public var certificatesExpireAt: Int?

    public init(
        id: ChainID, nodes: [ObservedNode], sequence: Int, objects: [ObjectReference] = [], certificatesExpireAt: Int? = nil
    ) {
        self.id = id
        self.nodes = nodes
        self.sequence = sequence
        self.objects = objects
        self.certificatesExpireAt = certificatesExpireAt
    }
}

extension ObservedChain {
    /// All that was seen, by name, nodes first.
    public func references(on driver: DriverKind) -> [ObjectReference] {
        let kind: ObjectReference.Kind? =
            switch driver {
            case .docker, .memory: .container
            case .swarm: .service
            // Pods go with their namespaces.
            case .kubernetes: nil
            }
        let made = kind.map { kind in nodes.compactMap(\.object).map { ObjectReference(kind: kind, id: $0) } }
        return (made ?? []) + objects
    }
}

/// Everything of ours on one host.
public struct HostObservation: Codable, Sendable, Hashable {
    public var chains: [ObservedChain]

    public init(chains: [ObservedChain]) {
        self.chains = chains
    }
}

/// An object on a host, named so that it can be removed.
public struct ObjectReference: Codable, Sendable, Hashable {
    public enum Kind: String, Codable, Sendable, CaseIterable {
        case container, network, volume, service, config, secret, namespace
    }
    public var kind: Kind
    /// The host's own id; a volume's name.
    public var id: String

    public init(kind: Kind, id: String) {
        self.kind = kind
        self.id = id
    }
}

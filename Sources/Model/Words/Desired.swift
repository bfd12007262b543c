public enum Power: String, Codable, Sendable, CaseIterable {
    case running, stopped, absent
}

/// What is wanted of one node where it differs from its chain.
public struct DesiredNode: Codable, Sendable, Hashable {
    /// `nil`: as the chain.
    public var power: Power?
    /// Restarts of this node alone; added to the chain's.
    public var restarts: Int

    public init(power: Power? = nil, restarts: Int = 0) {
        self.power = power
        self.restarts = restarts
    }
}

/// What is wanted of a chain.
public struct Desired: Codable, Sendable, Hashable {
    public var power: Power
    /// How often it was asked to restart; a container with a lower count on its label is replaced.
    public var restarts: Int
    public var nodes: [String: DesiredNode]
    /// Counts changes of the desired state.
    public var generation: Int
    /// Counts wipes.
    public var incarnation: Int

    public init(
        power: Power = .running, restarts: Int = 0, nodes: [String: DesiredNode] = [:], generation: Int = 1, incarnation: Int = 1
    ) {
        self.power = power
        self.restarts = restarts
        self.nodes = nodes
        self.generation = generation
        self.incarnation = incarnation
    }

    /// What is wanted of one node: its own word, or the chain's.
    public func power(of node: String) -> Power {
        power == .running ? nodes[node]?.power ?? power : power
    }

    public func restarts(of node: String) -> Int {
        restarts + (nodes[node]?.restarts ?? 0)
    }
}

/// A published port of a node, assigned by the ledger so that it survives restarts.
public struct PortAssignment: Codable, Sendable, Hashable {
    public var node: String
    /// The planned port's name.
    public var name: String
    /// The port on the host.
    public var port: Int

    public init(node: String, name: String, port: Int) {
        self.node = node
        self.name = name
        self.port = port
    }
}

/// Everything an agent needs to make one chain look as wanted.
public struct ChainWork: Codable, Sendable, Hashable {
    public var id: ChainID
    public var plan: Plan
    public var desired: Desired
    /// In CIDR form; belongs to this chain alone on its host.
    public var subnet: String
    public var ports: [PortAssignment]
    /// The sequence number of the operation at work; objects made now carry it.
    public var sequence: Int

    public init(id: ChainID, plan: Plan, desired: Desired, subnet: String, ports: [PortAssignment], sequence: Int) {
        self.id = id
        self.plan = plan
        self.desired = desired
        self.subnet = subnet
        self.ports = ports
        self.sequence = sequence
    }

    public func port(of node: String, _ name: String) -> Int? {
        ports.first { $0.node == node && $0.name == name }?.port
    }
}

public import Model

/// What every object of ours carries on its host, so that any agent can tell whose it is and how old.
///
/// Labels never change after creation: a container with old ones is replaced.
public struct ObjectLabels: Sendable, Hashable {
    public var installation: InstallationID
    public var host: HostID
    public var chain: ChainID
    public var incarnation: Int
    public var generation: Int
    /// The sequence number of the operation that made the object.
    public var sequence: Int
    /// Set on nodes' containers alone.
    public var node: NodeLabels?
    /// Set on tasks' containers alone.
    public var task: TaskLabels?

    public struct NodeLabels: Sendable, Hashable {
        public var name: String
        public var restarts: Int
        /// `NodeConfiguration.digest` of what it was made from.
        public var configuration: String

        public init(name: String, restarts: Int, configuration: String) {
            self.name = name
            self.restarts = restarts
            self.configuration = configuration
        }
    }

    public struct TaskLabels: Sendable, Hashable {
        public var name: String
        /// `NodeConfiguration.digest` of what it was made from.
        public var configuration: String

        public init(name: String, configuration: String) {
            self.name = name
            self.configuration = configuration
        }
    }

    public init(
        installation: InstallationID, host: HostID, chain: ChainID, incarnation: Int, generation: Int, sequence: Int,
        node: NodeLabels? = nil, task: TaskLabels? = nil
    ) {
        self.installation = installation
        self.host = host
        self.chain = chain
        self.incarnation = incarnation
        self.generation = generation
        self.sequence = sequence
        self.node = node
        self.task = task
    }

    /// The labels of an object that is made now for `work`: of a container if `node` or `task` is given.
    public init(
        _ work: ChainWork, on host: HostID, of installation: InstallationID, node: PlannedNode? = nil, task: PlannedTask? = nil
    ) {
        self.init(
            installation: installation, host: host, chain: work.id, incarnation: work.desired.incarnation,
            generation: work.desired.generation, sequence: work.sequence,
            node: node.map {
                NodeLabels(
                    name: $0.name, restarts: work.desired.restarts(of: $0.name),
                    configuration: NodeConfiguration.digest(of: $0, ports: work.ports))
            },
            task: task.map {
                TaskLabels(name: $0.name, configuration: NodeConfiguration.digest(of: $0, ports: work.ports))
            })
    }
}

extension ObjectLabels {
    /// The names of the labels on the host.
    public enum Name {
        public static let installation = "continuo.installation"
        public static let host = "continuo.host"
        public static let chain = "continuo.chain"
        public static let incarnation = "continuo.incarnation"
        public static let generation = "continuo.generation"
        public static let sequence = "continuo.sequence"
        public static let node = "continuo.node"
        public static let restarts = "continuo.restarts"
        public static let task = "continuo.task"
        /// Of nodes and of tasks.
        public static let configuration = "continuo.config"
        /// On the vault alone: when the first of its certificates expires, in seconds since 1970.
        public static let expires = "continuo.expires"
    }

    /// As they stand on the object.
    public var dictionary: [String: String] {
        var labels = [
            Name.installation: installation.description, Name.host: host.description, Name.chain: chain.description,
            Name.incarnation: String(incarnation), Name.generation: String(generation), Name.sequence: String(sequence),
        ]
        if let node {
            labels[Name.node] = node.name
            labels[Name.restarts] = String(node.restarts)
            labels[Name.configuration] = node.configuration
        }
        if let task {
            labels[Name.task] = task.name
            labels[Name.configuration] = task.configuration
        }
        return labels
    }

    /// Reads an object's labels; `nil` where they are not ours or damaged: such an object is never touched.
    public init?(_ labels: [String: String]) {
        guard let installation = labels[Name.installation].flatMap({ InstallationID($0) }),
            let host = labels[Name.host].flatMap({ HostID($0) }),
            let chain = labels[Name.chain].flatMap({ ChainID($0) }),
            let incarnation = labels[Name.incarnation].flatMap({ Int($0) }),
            let generation = labels[Name.generation].flatMap({ Int($0) }),
            let sequence = labels[Name.sequence].flatMap({ Int($0) })
        else { return nil }
        let node = labels[Name.node].map {
            NodeLabels(
                name: $0, restarts: labels[Name.restarts].flatMap { Int($0) } ?? 0,
                configuration: labels[Name.configuration] ?? "")
        }
        let task = labels[Name.task].map { TaskLabels(name: $0, configuration: labels[Name.configuration] ?? "") }
        self.init(
            installation: installation, host: host, chain: chain, incarnation: incarnation, generation: generation,
            sequence: sequence, node: node, task: task)
    }
}

/// One container, service or pod.
public struct PlannedNode: Codable, Sendable, Hashable {
    /// Also its host name for the others.
    public var name: String
    /// Further host names by which the others know it; may hold dots.
    @LeftOut<NoElements<String>> public var names: [String]
    public var image: String
    public var command: [String]
    public var environment: [String: String]
    /// `uid` or `uid:gid`; `nil` leaves it to the image.
    public var user: String?
    public var ports: [PlannedPort]
    public var volumes: [PlannedVolume]
    public var files: [PlannedFile]
    public var probe: PlannedProbe?
    public var resources: PlannedResources

    public init(
        name: String, names: [String] = [], image: String, command: [String] = [], environment: [String: String] = [:],
        user: String? = nil, ports: [PlannedPort] = [], volumes: [PlannedVolume] = [], files: [PlannedFile] = [],
        probe: PlannedProbe? = nil, resources: PlannedResources = PlannedResources()
    ) {
        self.name = name
        self.names = names
        self.image = image
        self.command = command
        self.environment = environment
        self.user = user
        self.ports = ports
        self.volumes = volumes
        self.files = files
        self.probe = probe
        self.resources = resources
    }

    public var publishedPorts: [PlannedPort] { ports.filter(\.published) }
}

/// A TCP port on which a node listens.
public struct PlannedPort: Codable, Sendable, Hashable {
    public var name: String
    public var container: Int
    /// The scheme of its URL, `http` for instance.
    public var scheme: String
    /// Whether it is reached from outside through the host; otherwise by the chain's nodes and tasks alone.
    @LeftOut<Yes> public var published: Bool

    public init(name: String, container: Int, scheme: String, published: Bool = true) {
        self.name = name
        self.container = container
        self.scheme = scheme
        self.published = published
    }
}

/// A named volume of a node; it lives as long as the chain's incarnation.
public struct PlannedVolume: Codable, Sendable, Hashable {
    public var name: String
    public var path: String
    /// What is asked for where volumes have a size; `nil`: 1 GiB.
    public var sizeBytes: Int?

    public init(name: String, path: String, sizeBytes: Int? = nil) {
        self.name = name
        self.path = path
        self.sizeBytes = sizeBytes
    }
}

/// A file that is put into a node or task before it starts.
public struct PlannedFile: Codable, Sendable, Hashable {
    /// Absolute, inside the node.
    public var path: String
    /// Empty where a task gives the file.
    public var content: String
    /// The task's file that it is; `nil` where it is `content`.
    public var given: TaskFile?
    /// Permission bits, `0o400` for instance.
    public var mode: Int
    public var owner: Int
    public var group: Int

    public init(path: String, content: String = "", given: TaskFile? = nil, mode: Int, owner: Int = 0, group: Int = 0) {
        self.path = path
        self.content = content
        self.given = given
        self.mode = mode
        self.owner = owner
        self.group = group
    }
}

/// How a node's health is found out: one of three ways, `check`.
public struct PlannedProbe: Codable, Sendable, Hashable {
    public enum Check: Sendable, Hashable {
        /// Runs inside the node and exits with 0 when all is well.
        case exec([String])
        /// The container's port accepts connections.
        case tcp(port: Int)
        /// `GET` answers 200 to 399.
        case http(HTTPProbe)
    }

    /// Empty where the check is another.
    public var command: [String]
    public var tcp: Int?
    public var http: HTTPProbe?
    /// Seconds between two probes.
    public var interval: Int
    /// Seconds one probe may take.
    public var timeout: Int
    /// Seconds after a start during which a failure says nothing.
    public var grace: Int

    public init(_ check: Check, interval: Int, timeout: Int, grace: Int) {
        (command, tcp, http) =
            switch check {
            case .exec(let command): (command, nil, nil)
            case .tcp(let port): ([], port, nil)
            case .http(let http): ([], nil, http)
            }
        self.interval = interval
        self.timeout = timeout
        self.grace = grace
    }

    public init(command: [String], interval: Int, timeout: Int, grace: Int) {
        self.init(.exec(command), interval: interval, timeout: timeout, grace: grace)
    }

    public var check: Check {
        if let http { return .http(http) }
        return tcp.map { .tcp(port: $0) } ?? .exec(command)
    }
}

public struct HTTPProbe: Codable, Sendable, Hashable {
    /// The port inside the container.
    public var port: Int
    public var path: String

    public init(port: Int, path: String) {
        self.port = port
        self.path = path
    }
}

/// Upper limits for a node; `nil` means none.
public struct PlannedResources: Codable, Sendable, Hashable {
    public var cpus: Double?
    public var memoryBytes: Int?

    public init(cpus: Double? = nil, memoryBytes: Int? = nil) {
        self.cpus = cpus
        self.memoryBytes = memoryBytes
    }
}

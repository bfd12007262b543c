/// A blueprint rendered with parameters for one chain: concrete and driver-neutral.
///
/// Two kinds of reference stay in its text until an agent resolves them on the way to the host, so that no plan holds a secret:
/// `${secret.NAME}` (from the vault; allowed in files' contents) and, in connection files alone,
/// `${endpoint.NODE.PORT.host}`, `${endpoint.NODE.PORT.port}` and `${endpoint.NODE.PORT.url}`.
public struct Plan: Codable, Sendable, Hashable {
    public var blueprint: BlueprintReference
    public var secrets: [PlannedSecret]
    public var nodes: [PlannedNode]
    /// What a tenant downloads.
    public var connection: [ConnectionFile]

    public init(
        blueprint: BlueprintReference, secrets: [PlannedSecret], nodes: [PlannedNode], connection: [ConnectionFile]
    ) {
        self.blueprint = blueprint
        self.secrets = secrets
        self.nodes = nodes
        self.connection = connection
    }
}

public struct BlueprintReference: Codable, Sendable, Hashable {
    public var name: String
    public var version: Int

    public init(name: String, version: Int) {
        self.name = name
        self.version = version
    }
}

/// A random secret of one chain incarnation, made on its host.
public struct PlannedSecret: Codable, Sendable, Hashable {
    public var name: String
    /// How many characters of `A-Z a-z 0-9`, 16 to 128.
    public var length: Int

    public init(name: String, length: Int) {
        self.name = name
        self.length = length
    }
}

/// One container, service or pod.
public struct PlannedNode: Codable, Sendable, Hashable {
    public var name: String
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
        name: String, image: String, command: [String] = [], environment: [String: String] = [:], user: String? = nil,
        ports: [PlannedPort] = [], volumes: [PlannedVolume] = [], files: [PlannedFile] = [], probe: PlannedProbe? = nil,
        resources: PlannedResources = PlannedResources()
    ) {
        self.name = name
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
}

/// A port of a node that is published on the host.
public struct PlannedPort: Codable, Sendable, Hashable {
    public var name: String
    public var container: Int
    /// The scheme of its URL, `http` for instance.
    public var scheme: String

    public init(name: String, container: Int, scheme: String) {
        self.name = name
        self.container = container
        self.scheme = scheme
    }
}

/// A named volume of a node; it lives as long as the chain's incarnation.
public struct PlannedVolume: Codable, Sendable, Hashable {
    public var name: String
    public var path: String

    public init(name: String, path: String) {
        self.name = name
        self.path = path
    }
}

/// A file that is put into a node before it starts.
public struct PlannedFile: Codable, Sendable, Hashable {
    /// Absolute, inside the node.
    public var path: String
    public var content: String
    /// Permission bits, `0o400` for instance.
    public var mode: Int
    public var owner: Int
    public var group: Int

    public init(path: String, content: String, mode: Int, owner: Int = 0, group: Int = 0) {
        self.path = path
        self.content = content
        self.mode = mode
        self.owner = owner
        self.group = group
    }
}

/// How a node's health is found out: a command inside the node that exits with 0 when all is well.
public struct PlannedProbe: Codable, Sendable, Hashable {
    public var command: [String]
    /// Seconds between two probes.
    public var interval: Int
    /// Seconds one probe may take.
    public var timeout: Int
    /// Seconds after a start during which a failure says nothing.
    public var grace: Int

    public init(command: [String], interval: Int, timeout: Int, grace: Int) {
        self.command = command
        self.interval = interval
        self.timeout = timeout
        self.grace = grace
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

/// A file that a tenant downloads; its content is resolved by an agent.
public struct ConnectionFile: Codable, Sendable, Hashable {
    public var name: String
    public var mediaType: String
    public var content: String

    public init(name: String, mediaType: String, content: String) {
        self.name = name
        self.mediaType = mediaType
        self.content = content
    }
}

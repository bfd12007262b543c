public import FoundationEssentials

/// The kind of infrastructure that a host is.
public enum DriverKind: String, Codable, Sendable, CaseIterable {
    case docker, swarm, kubernetes, memory

    /// The ports that its hosts publish unless said otherwise: below the ephemeral ports of Linux; on Kubernetes the NodePorts.
    public var usualPorts: ClosedRange<Int> {
        self == .kubernetes ? 30_000...32_767 : 20_000...29_999
    }
}

/// What an agent needs to reach a host.
public struct HostTarget: Codable, Sendable, Hashable {
    public var id: HostID
    public var driver: DriverKind
    /// Where the host's own API answers: `unix:///path`, `tcp://host:port`, or `https://host:port` for Kubernetes.
    public var endpoint: String
    /// The name or IP by which the host's published ports are reached.
    public var address: String
    /// Whether TCP without TLS is allowed.
    public var insecure: Bool
    /// Sealed to the site's key, bound to id, driver, endpoint and site; `nil` where the endpoint asks for none.
    public var sealedCredentials: String?
    @LeftOut<HostSettings> public var settings: HostSettings

    public init(
        id: HostID, driver: DriverKind, endpoint: String, address: String, insecure: Bool = false,
        sealedCredentials: String? = nil, settings: HostSettings = .usual
    ) {
        self.id = id
        self.driver = driver
        self.endpoint = endpoint
        self.address = address
        self.insecure = insecure
        self.sealedCredentials = sealedCredentials
        self.settings = settings
    }
}

/// How objects are made on a host, where an operator wants it otherwise; for those that are made from then on.
public struct HostSettings: Codable, Sendable, Hashable, UsualValue {
    /// Docker's and Swarm's logging driver; `nil`: `json-file`, at most 30 MB a node.
    public var logDriver: String?
    @LeftOut<NoEntries<String>> public var logOptions: [String: String]
    /// Kubernetes: nodes keep their data as long as their pod lives, in place of PersistentVolumeClaims.
    @LeftOut<No> public var ephemeralVolumes: Bool
    /// Kubernetes: the StorageClass of claims; `nil`: the cluster's default.
    public var storageClass: String?

    public init(
        logDriver: String? = nil, logOptions: [String: String] = [:], ephemeralVolumes: Bool = false, storageClass: String? = nil
    ) {
        self.logDriver = logDriver
        self.logOptions = logOptions
        self.ephemeralVolumes = ephemeralVolumes
        self.storageClass = storageClass
    }

    public static let usual = HostSettings()
}

/// What a probe found out about a host.
public struct HostFacts: Codable, Sendable, Hashable {
    /// The version that the host's API names.
    public var version: String
    public var apiVersion: String
    public var operatingSystem: String
    public var architecture: String
    public var cpus: Int
    public var memoryBytes: Int
    /// How many machines a swarm or cluster has; `nil` where the host is one machine.
    public var machines: Int?

    public init(
        version: String, apiVersion: String, operatingSystem: String, architecture: String, cpus: Int, memoryBytes: Int,
        machines: Int? = nil
    ) {
        self.version = version
        self.apiVersion = apiVersion
        self.operatingSystem = operatingSystem
        self.architecture = architecture
        self.cpus = cpus
        self.memoryBytes = memoryBytes
        self.machines = machines
    }
}

public enum HostStatus: String, Codable, Sendable, CaseIterable {
    case pending, active, unreachable, deleting, gone
}

/// One place that runs chains.
public struct Host: Sendable, Hashable {
    public var target: HostTarget
    public var name: String
    public var site: String
    /// How many chains it may hold.
    public var capacity: Int
    /// How many operations may be in flight on it.
    public var parallel: Int
    /// Whether the scheduler may place chains on it.
    public var schedulable: Bool
    /// Whether it is filled by itself: by pools, or with what it prefers.
    public var autofill: Bool
    /// What it is filled with, in place of what pools want; `nil`: pools fill it.
    public var prefers: Recipe?
    /// The ports it may publish: first and last.
    public var ports: ClosedRange<Int>
    /// The network from which chains get their subnets, in CIDR form with a prefix of at most 24 bits.
    public var network: String
    public var status: HostStatus
    /// Why it is not active; `nil` when it is.
    public var reason: String?
    public var facts: HostFacts?
    public var createdAt: Date
    /// The public key to which its credentials were sealed.
    public var sealedTo: String?
    /// The site has another key now: its agents open them only while they hold the former one too.
    public var needsCredentials: Bool

    public init(
        target: HostTarget, name: String, site: String, capacity: Int, parallel: Int = 4, schedulable: Bool = true,
        autofill: Bool = true, prefers: Recipe? = nil, ports: ClosedRange<Int> = 20_000...29_999,
        network: String = "10.201.0.0/16",
        status: HostStatus = .pending, reason: String? = nil, facts: HostFacts? = nil, createdAt: Date,
        sealedTo: String? = nil, needsCredentials: Bool = false
    ) {
        self.target = target
        self.name = name
        self.site = site
        self.capacity = capacity
        self.parallel = parallel
        self.schedulable = schedulable
        self.autofill = autofill
        self.prefers = prefers
        self.ports = ports
        self.network = network
        self.status = status
        self.reason = reason
        self.facts = facts
        self.createdAt = createdAt
        self.sealedTo = sealedTo
        self.needsCredentials = needsCredentials
    }

    public var id: HostID { target.id }
}

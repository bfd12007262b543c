/// A program that runs once in each incarnation of a chain, to its end, inside the chain's network.
///
/// Its finished container (or Job) is the record that it was done; one that failed is removed and tried again with the operation.
/// A task must be idempotent: an agent may be lost between its end and the record of it, and hosts are pruned.
public struct PlannedTask: Codable, Sendable, Hashable {
    public enum Stage: String, Codable, Sendable, CaseIterable {
        /// Before any node is made.
        case before
        /// Once all nodes are healthy.
        case after
    }

    public var name: String
    public var image: String
    /// Exits with 0 when all is done.
    public var command: [String]
    public var environment: [String: String]
    /// `uid` or `uid:gid`; `nil` leaves it to the image.
    public var user: String?
    public var files: [PlannedFile]
    public var stage: Stage
    /// Tasks of the same stage that must be done first; all others run at the same time.
    public var needs: [String]
    /// Public files that it hands to nodes and to tasks that need it; see `TaskFile`.
    public var gives: [String]
    /// Seconds it may take, 1 to 900.
    public var timeout: Int
    public var resources: PlannedResources

    public init(
        name: String, image: String, command: [String] = [], environment: [String: String] = [:], user: String? = nil,
        files: [PlannedFile] = [], stage: Stage, needs: [String] = [], gives: [String] = [], timeout: Int = 120,
        resources: PlannedResources = PlannedResources()
    ) {
        self.name = name
        self.image = image
        self.command = command
        self.environment = environment
        self.user = user
        self.files = files
        self.stage = stage
        self.needs = needs
        self.gives = gives
        self.timeout = timeout
        self.resources = resources
    }
}

/// A public file that a task gives. The task writes it on its standard output, whatever the driver, in base64 between two lines:
///
/// ```
/// -----BEGIN CONTINUO FILE genesis.block-----
/// -----END CONTINUO FILE genesis.block-----
/// ```
/// At most 512 KiB. It can be read in the task's log: it must hold no secret.
public struct TaskFile: Codable, Sendable, Hashable {
    public var task: String
    public var file: String

    public init(task: String, file: String) {
        self.task = task
        self.file = file
    }
}

/// Why an attempt did not succeed.
public struct WorkError: Error, Codable, Sendable, Hashable {
    public enum Disposition: String, Codable, Sendable, CaseIterable {
        /// May succeed later.
        case transient
        /// Can't be met: an unknown image, bad parameters.
        case terminal
        /// Somebody asked to stop.
        case cancelled
    }

    public var disposition: Disposition
    public var code: Code
    /// What happened and what helps, for people; free of secrets, at most 1,000 characters.
    public var message: String
    /// The node at fault.
    public var node: String?
    /// The last log lines of that node, at most 4 KiB.
    public var log: String?
    /// The port or subnet that is taken, for `portTaken` and `subnetTaken`.
    public var value: String?
    /// Seconds before which a retry makes no sense.
    public var notBefore: Int?

    public init(
        _ disposition: Disposition, _ code: Code, _ message: String, node: String? = nil, log: String? = nil,
        value: String? = nil, notBefore: Int? = nil
    ) {
        self.disposition = disposition
        self.code = code
        self.message = String(message.prefix(1000))
        self.node = node
        self.log = log.map { String($0.suffix(4096)) }
        self.value = value
        self.notBefore = notBefore
    }

    /// Closed: every code has its row in the handbook.
    public enum Code: String, Codable, Sendable, CaseIterable {
        case hostUnreachable = "host-unreachable"
        case hostRefused = "host-refused"
        case hostSlow = "host-slow"
        case hostUnsupported = "host-unsupported"
        case endpointNotAllowed = "endpoint-not-allowed"
        case badCredentials = "bad-credentials"
        case notPermitted = "not-permitted"
        case imageMissing = "image-missing"
        case noRoom = "no-room"
        case portTaken = "port-taken"
        case subnetTaken = "subnet-taken"
        case nodeFailed = "node-failed"
        case notHealthy = "not-healthy"
        case taskFailed = "task-failed"
        case badPlan = "bad-plan"
        case vaultUnreadable = "vault-unreadable"
        case termEnded = "term-ended"
        case agentLost = "agent-lost"
        case unfinished
        case poison
        case cancelled
        /// Some of the operations that are part of this one.
        case childrenFailed = "children-failed"
        case newerSchema = "newer-schema"
        case ledgerBehind = "ledger-behind"
        case `internal`
    }
}

/// How far an operation's work has come.
public struct Progress: Codable, Sendable, Hashable {
    public var done: Int
    public var total: Int
    /// What is being done now, for people.
    public var step: String

    public init(done: Int, total: Int, step: String) {
        self.done = done
        self.total = total
        self.step = step
    }
}

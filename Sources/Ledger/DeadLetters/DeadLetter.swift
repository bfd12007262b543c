public import FoundationEssentials
public import Model

public typealias DeadLetterID = Identifier<DeadLetter>

/// A message that nobody could believe or read, or a command that kills its agents, for people to look at.
public struct DeadLetter: Sendable, Hashable {
    /// How much of a body is kept, in bytes.
    public static let bodyLimit = 64 << 10

    public var id: DeadLetterID
    /// When it was put on record.
    public var at: Date
    /// For which it was meant.
    public var queue: String
    /// A word: why it was not taken.
    public var reason: String
    /// The same for people.
    public var detail: String?
    public var headers: JSONValue
    /// Of the whole body, in bytes.
    public var size: Int

    public init(
        id: DeadLetterID = .fresh(), at: Date, queue: String, reason: String, detail: String?, headers: JSONValue, size: Int
    ) {
        self.id = id
        self.at = at
        self.queue = queue
        self.reason = reason
        self.detail = detail
        self.headers = headers
        self.size = size
    }
}

extension DeadLetter {
    /// The command of an operation that agents were lost on, one after the other. It is not the message itself: that one is
    /// signed for an attempt that is over.
    init(poison operation: Operation, _ error: WorkError, on host: Host, id: DeadLetterID, at now: Date) {
        var headers: [String: JSONValue] = [
            "operation": .string(operation.id.description), "kind": .string(operation.kind.rawValue),
            "host": .string(operation.host.description),
        ]
        headers["chain"] = operation.chain.map { .string($0.description) }
        self.init(
            id: id, at: now, queue: "continuo.commands.\(host.target.driver.rawValue).\(host.site)", reason: error.code.rawValue,
            detail: error.message, headers: .object(headers), size: 0)
    }
}

public import FoundationEssentials
public import Model

public typealias DeadLetterID = Identifier<DeadLetter>

/// A message that nobody could believe or read, for people to look at.
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

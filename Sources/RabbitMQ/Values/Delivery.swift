/// A message that came from a queue.
public struct Delivery: Sendable {
    public let body: [UInt8]
    /// The size of the whole body in bytes.
    public let size: Int
    public let headers: [String: FieldValue]
    /// The broker has delivered it before, to anyone, and was not told that it was done.
    public let redelivered: Bool
    public let exchange: String
    public let routingKey: String
    public let contentType: String?
    public let messageID: String?
    public let correlationID: String?
    public let replyTo: String?
    /// When it was read from the connection. What was read longer ago than the broker waits for a sign of life may be back in its
    /// queue, or with somebody else.
    public let receivedAt: ContinuousClock.Instant

    /// Which channel of which connection it came on: a tag means something there alone.
    let session: Session
    let tag: UInt64

    /// The body was larger than `BrokerConfiguration.maximumMessageSize`: only its first bytes are here.
    public var isTruncated: Bool { body.count < size }
}

/// One channel of one connection, from its opening to its loss. No two are alike.
struct Session: Hashable, Sendable {
    private let id = UInt64.random(in: .min ... .max)
}

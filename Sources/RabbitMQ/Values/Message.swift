/// A message to publish.
public struct Message: Sendable, Hashable {
    /// "" is the default exchange, which routes to the queue named by the routing key.
    public var exchange: String
    public var routingKey: String
    public var body: [UInt8]
    public var headers: [String: FieldValue]
    public var contentType: String?
    public var messageID: String?
    public var correlationID: String?
    public var replyTo: String?
    /// Kept on disk by durable classic queues. Quorum queues always keep it.
    public var persistent: Bool
    /// Comes back as `.returned` when no queue takes it; otherwise such a message vanishes, confirmed.
    public var mandatory: Bool
    /// How long it may wait in a queue; nil: for ever. Whole milliseconds count.
    public var expiration: Duration?

    public init(
        exchange: String, routingKey: String, body: [UInt8], headers: [String: FieldValue] = [:], contentType: String? = nil,
        messageID: String? = nil, correlationID: String? = nil, replyTo: String? = nil, persistent: Bool = true,
        mandatory: Bool = false, expiration: Duration? = nil
    ) {
        self.exchange = exchange
        self.routingKey = routingKey
        self.body = body
        self.headers = headers
        self.contentType = contentType
        self.messageID = messageID
        self.correlationID = correlationID
        self.replyTo = replyTo
        self.persistent = persistent
        self.mandatory = mandatory
        self.expiration = expiration
    }
}

/// Puts a message together from its method, its header and its body frames. Pure; one channel's frames come in order.
struct ContentAssembly {
    enum Opening: Sendable {
        case delivery(tag: UInt64, redelivered: Bool, exchange: String, routingKey: String, at: ContinuousClock.Instant)
        case returned(code: Int, text: String)
    }

    struct Properties: Sendable {
        var headers: [String: FieldValue] = [:]
        var contentType: String?
        var messageID: String?
        var correlationID: String?
        var replyTo: String?
    }

    private struct Content {
        let opening: Opening
        var properties = Properties()
        var size = 0
        var seen = 0
        var body: [UInt8] = []
    }

    let session: Session
    /// Bytes of a body beyond this are counted, not kept.
    let limit: Int
    private var content: Content?

    init(session: Session, limit: Int) {
        self.session = session
        self.limit = limit
    }

    mutating func begin(_ opening: Opening) throws(BrokerError) {
        guard content == nil else { throw Self.disorder }
        content = Content(opening: opening)
    }

    /// - Returns: the message, when it has no body.
    mutating func header(_ properties: Properties, size: Int) throws(BrokerError) -> Received? {
        guard content != nil else { throw Self.disorder }
        content?.properties = properties
        content?.size = size
        let kept = min(size, limit)
        content?.body.reserveCapacity(kept)
        return finished()
    }

    /// - Returns: the message, when this was the last part.
    mutating func body(_ part: UnsafeRawBufferPointer) throws(BrokerError) -> Received? {
        guard let known = content, known.seen + part.count <= known.size else { throw Self.disorder }
        content?.seen += part.count
        let room = max(0, limit - known.body.count)
        content?.body.append(contentsOf: part.prefix(room))
        return finished()
    }

    private mutating func finished() -> Received? {
        guard let done = content, done.seen == done.size else { return nil }
        content = nil
        switch done.opening {
        case .returned(let code, let text):
            return .returned(Returned(code: code, text: text, publishTag: PublishTag.read(done.properties.headers)))
        case .delivery(let tag, let redelivered, let exchange, let routingKey, let instant):
            return .delivered(
                Delivery(
                    body: done.body, size: done.size, headers: PublishTag.removed(from: done.properties.headers),
                    redelivered: redelivered, exchange: exchange, routingKey: routingKey,
                    contentType: done.properties.contentType, messageID: done.properties.messageID,
                    correlationID: done.properties.correlationID, replyTo: done.properties.replyTo, receivedAt: instant,
                    session: session, tag: tag))
        }
    }

    private static let disorder = BrokerError(.disconnected, "The broker's frames came out of order; the connection was ended.")
}

/// A returned message carries no delivery tag: mandatory messages carry it in a header, so that two alike are told apart.
enum PublishTag {
    static let header = "x-publish-tag"

    static func read(_ headers: [String: FieldValue]) -> UInt64? {
        headers[header]?.integer.map(UInt64.init(clamping:))
    }

    static func removed(from headers: [String: FieldValue]) -> [String: FieldValue] {
        headers[header] == nil ? headers : headers.filter { $0.key != header }
    }
}

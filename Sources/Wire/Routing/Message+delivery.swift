public import Model
public import RabbitMQ

extension Message {
    private static let detailLimit = 1000

    /// What is put aside in `continuo.dead` when a delivery can't be taken: the same body and headers, with the reason and the way
    /// it had come. Anyone may have sent it; of its headers those are kept that a message may carry, so that it can always be put
    /// aside.
    ///
    /// - Parameters:
    ///   - reason: one word.
    ///   - detail: for people; its first 1,000 characters are kept.
    public static func dead(
        _ delivery: Delivery, reason: String, detail: String, id: Identifier<Delivery> = .fresh()
    ) -> Message {
        var own: [String: FieldValue] = [
            Queues.deadID: .string(id.description),
            Queues.deadReason: .string(reason), Queues.deadDetail: .string(text(detail, leftOut: delivery.headers.count)),
            Queues.deadExchange: .string(delivery.exchange), Queues.deadRoutingKey: .string(delivery.routingKey),
        ]
        let others = delivery.headers.filter { own[$0.key] == nil }
        let kept = others.fitting(in: headerBytes - own.encodedSize)
        own[Queues.deadDetail] = .string(text(detail, leftOut: others.count - kept.count))
        return Message(
            exchange: "", routingKey: Queues.dead, body: delivery.body, headers: own.merging(kept) { own, _ in own },
            contentType: delivery.contentType?.short, messageID: delivery.messageID?.short, mandatory: true)
    }

    private static func text(_ detail: String, leftOut: Int) -> String {
        let text = String(detail.unicodeScalars.prefix(detailLimit))
        return leftOut == 0 ? text : "\(text); headers that are too long or too many were left out: \(leftOut)"
    }

    /// The same once more, its signature included, straight into a queue.
    public static func copy(of delivery: Delivery, to queue: String) -> Message {
        Message(
            exchange: "", routingKey: queue, body: delivery.body, headers: delivery.headers.fitting(),
            contentType: delivery.contentType?.short, messageID: delivery.messageID?.short, mandatory: true)
    }
}

extension String {
    /// `nil` when it is too long for AMQP: what was no UTF-8 on the way has grown.
    fileprivate var short: String? { utf8.count <= Message.shortString ? self : nil }
}

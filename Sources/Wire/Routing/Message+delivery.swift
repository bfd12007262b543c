public import RabbitMQ

extension Message {
    private static let detailLimit = 1000

    /// What is put aside in `continuo.dead` when a delivery can't be taken: the same body and headers, with the reason and the way
    /// it had come.
    ///
    /// - Parameters:
    ///   - reason: one word.
    ///   - detail: for people; its first 1,000 characters are kept.
    public static func dead(_ delivery: Delivery, reason: String, detail: String) -> Message {
        var headers = delivery.headers
        headers[Queues.deadReason] = .string(reason)
        headers[Queues.deadDetail] = .string(String(detail.prefix(detailLimit)))
        headers[Queues.deadExchange] = .string(delivery.exchange)
        headers[Queues.deadRoutingKey] = .string(delivery.routingKey)
        return Message(
            exchange: "", routingKey: Queues.dead, body: delivery.body, headers: headers, contentType: delivery.contentType,
            messageID: delivery.messageID, mandatory: true)
    }

    /// The same once more, its signature included, straight into a queue.
    public static func copy(of delivery: Delivery, to queue: String) -> Message {
        Message(
            exchange: "", routingKey: queue, body: delivery.body, headers: delivery.headers, contentType: delivery.contentType,
            messageID: delivery.messageID, mandatory: true)
    }
}

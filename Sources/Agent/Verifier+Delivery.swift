internal import RabbitMQ
internal import Wire

extension Verifier {
    /// Opens what came from `queue`; a body that the client cut short is `oversized`.
    func open<Payload: Decodable & Sendable>(
        _ delivery: Delivery, as type: Payload.Type, kind: MessageKind, from queue: String, schema: Int? = nil
    ) throws(WireError) -> Opened<Payload> {
        guard !delivery.isTruncated else { throw .oversized(limit: WireLimits.message) }
        return try open(
            delivery.body, headers: delivery.headers, as: type, kind: kind, expectedDestination: queue, schema: schema)
    }
}

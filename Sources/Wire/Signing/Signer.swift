public import FoundationEssentials
public import Model
public import RabbitMQ

/// A body and the headers that prove where it comes from.
public struct SignedMessage: Sendable {
    /// The envelope's id; an answer names the query's.
    public let id: UUID
    public let body: [UInt8]
    public let headers: [String: FieldValue]
}

/// Puts payloads into signed envelopes.
public struct Signer: Sendable {
    private enum Keys {
        case root(RootKey)
        case site(SigningKey)
    }

    public let installation: InstallationID
    private let keys: Keys

    /// An engine's or a watchdog's: signs for every site, and markers.
    public init(root: RootKey, installation: InstallationID) {
        keys = .root(root)
        self.installation = installation
    }

    /// An agent's: signs reports and answers of its site.
    public init(site: SiteFile) throws(WireError) {
        keys = .site(try site.reports())
        installation = site.installation
    }

    /// - Parameters:
    ///   - destination: the name of the place, as the reader expects it: `Destination.name`.
    ///   - schema: which the payload needs to be understood.
    ///   - repeat: whether it may have been published before; then no agent acts on it.
    /// - Throws: `oversized`, or `undecodable` where the payload has no JSON form (a number that is not finite).
    public func seal(
        _ kind: MessageKind, destination: String, site: String, payload: some Encodable,
        schema: Int = WireLimits.schemas.lowerBound, repeat: Bool = false, issuedAt: Date = Date(), traceparent: String? = nil
    ) throws(WireError) -> SignedMessage {
        let envelope = Envelope(
            schema: schema, id: UUID(), kind: kind, destination: destination, site: site, installation: installation,
            issuedAt: issuedAt, repeat: `repeat`, traceparent: traceparent, payload: payload)
        guard let body = try? WireJSON.encode(envelope) else { throw .undecodable("the payload has no JSON form") }
        guard body.count <= WireLimits.message else { throw .oversized(limit: WireLimits.message) }
        let key = key(for: kind, site)
        let headers: [String: FieldValue] = [
            SignatureHeader.key: .string(key.name), SignatureHeader.signature: .string(key.signature(of: body)),
        ]
        return SignedMessage(id: envelope.id, body: body, headers: headers)
    }

    private func key(for kind: MessageKind, _ site: String) -> SigningKey {
        switch keys {
        case .site(let key): key
        case .root(let root): SigningKey(root: root, site: site, direction: kind == .marker ? .markers : .commands)
        }
    }
}

extension Signer {
    /// A persistent message, ready to publish. It is `mandatory` unless it goes to everyone (`control`).
    public func message(
        _ kind: MessageKind, to destination: Destination, site: String, payload: some Encodable,
        schema: Int = WireLimits.schemas.lowerBound, repeat: Bool = false, issuedAt: Date = Date(), traceparent: String? = nil
    ) throws(WireError) -> Message {
        let signed = try seal(
            kind, destination: destination.name, site: site, payload: payload, schema: schema, repeat: `repeat`,
            issuedAt: issuedAt,
            traceparent: traceparent)
        return Message(
            exchange: destination.exchange, routingKey: destination.routingKey, body: signed.body, headers: signed.headers,
            contentType: "application/json", messageID: signed.id.uuidString.lowercased(), mandatory: kind != .control)
    }
}

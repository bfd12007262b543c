public import Model
public import RabbitMQ

/// Opens signed envelopes: size, signature, kind, destination, site, installation and schema are judged before the payload is read.
public struct Verifier: Sendable {
    private enum Keys {
        case root(RootKey)
        case site(SigningKey, String)
    }

    public let installation: InstallationID
    /// The highest schema that is read.
    public let schema: Int
    private let keys: Keys

    /// An engine's or a watchdog's: reads what any site says, and markers.
    public init(root: RootKey, installation: InstallationID) {
        keys = .root(root)
        self.installation = installation
        schema = WireLimits.schemas.upperBound
    }

    /// An agent's: reads what is sent to its site.
    ///
    /// - Parameter schema: the highest that it reads.
    public init(site: SiteFile, schema: Int = WireLimits.schemas.upperBound) throws(WireError) {
        keys = .site(try site.commands(), site.site)
        installation = site.installation
        self.schema = schema
    }

    /// - Parameters:
    ///   - destination: the place the message was taken from: `Destination.name`.
    ///   - schema: the highest that `Payload` reads, where that is not the verifier's own.
    public func open<Payload: Decodable & Sendable>(
        _ body: [UInt8], headers: [String: FieldValue], as type: Payload.Type, kind: MessageKind,
        expectedDestination destination: String, schema: Int? = nil
    ) throws(WireError) -> Opened<Payload> {
        let site = try verify(body, headers, kind)
        let judge = EnvelopeJudge { [installation, limit = schema ?? self.schema] (head) throws(WireError) in
            guard head.installation == installation else { throw .foreignInstallation }
            guard head.site == site else { throw .tampered }
            guard head.kind == kind.rawValue else { throw .wrongKind(head.kind) }
            guard head.destination == destination else { throw .wrongDestination(head.destination) }
            guard head.schema <= limit else { throw .newerSchema(head.schema) }
        }
        let envelope = try WireJSON.decode(JudgedEnvelope<Payload>.self, from: body, judge).envelope
        return Opened(
            id: envelope.id, site: site, issuedAt: envelope.issuedAt, repeat: envelope.repeat, traceparent: envelope.traceparent,
            payload: envelope.payload)
    }

    /// Whose signature it bears.
    private func verify(_ body: [UInt8], _ headers: [String: FieldValue], _ kind: MessageKind) throws(WireError) -> String {
        guard body.count <= WireLimits.message else { throw .oversized(limit: WireLimits.message) }
        guard let name = headers[SignatureHeader.key]?.string, let signature = headers[SignatureHeader.signature]?.string else {
            throw .unsigned
        }
        let site = try site(of: name, kind)
        guard key(for: site, kind).isValid(signature, for: body) else { throw .tampered }
        return site
    }

    private func site(of name: String, _ kind: MessageKind) throws(WireError) -> String {
        guard let slash = name.lastIndex(of: "/") else { throw .tampered }
        let site = String(name[..<slash])
        guard name[slash...].dropFirst() == direction(of: kind).rawValue else { throw .tampered }
        if case .site(_, let own) = keys, own != site { throw .foreignSite(site) }
        return site
    }

    private func direction(of kind: MessageKind) -> Direction {
        switch (keys, kind) {
        case (.site, _): .commands
        case (.root, .marker): .markers
        case (.root, _): .reports
        }
    }

    private func key(for site: String, _ kind: MessageKind) -> SigningKey {
        switch keys {
        case .site(let key, _): key
        case .root(let root): SigningKey(root: root, site: site, direction: direction(of: kind))
        }
    }
}

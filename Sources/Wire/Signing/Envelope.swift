public import FoundationEssentials
internal import Model

public enum MessageKind: String, Codable, Sendable, CaseIterable {
    case command, report, observe, query, answer, control, marker
}

/// What is signed: a payload and where it may go.
struct Envelope<Payload> {
    var schema: Int
    var id: UUID
    var kind: MessageKind
    var destination: String
    var site: String
    var installation: InstallationID
    var issuedAt: Date
    var `repeat`: Bool
    var traceparent: String?
    var payload: Payload
}

extension Envelope: Encodable where Payload: Encodable {}
extension Envelope: Decodable where Payload: Decodable {}

/// The part of an envelope that every schema has alike.
struct EnvelopeHead: Decodable {
    var schema: Int
    var kind: String
    var destination: String
    var site: String
    var installation: InstallationID
}

/// Judges a head before anything of the payload is read, in the same pass over the bytes.
struct EnvelopeJudge: Sendable {
    /// Where a decoder has it.
    static let key = CodingUserInfoKey(rawValue: "continuo.judge")

    let judge: @Sendable (EnvelopeHead) throws(WireError) -> Void
}

/// An envelope whose head was found right.
struct JudgedEnvelope<Payload: Decodable>: Decodable {
    let envelope: Envelope<Payload>

    init(from decoder: any Decoder) throws {
        guard let judge = EnvelopeJudge.key.flatMap({ decoder.userInfo[$0] as? EnvelopeJudge }) else {
            throw WireError.undecodable("nobody judges its head")
        }
        try judge.judge(EnvelopeHead(from: decoder))
        envelope = try Envelope(from: decoder)
    }
}

/// The headers that carry a signature beside its message.
enum SignatureHeader {
    static let key = "continuo-key"
    static let signature = "continuo-signature"
}

/// A message whose signature, destination, site, installation and schema were right.
public struct Opened<Payload: Sendable>: Sendable {
    public let id: UUID
    /// The site whose key signed it.
    public let site: String
    public let issuedAt: Date
    /// The sender may have published it before.
    public let `repeat`: Bool
    /// W3C Trace Context of the sender.
    public let traceparent: String?
    public let payload: Payload
}

public import FoundationEssentials

/// An answer that only the asker reads.
public struct SealedAnswer: Codable, Sendable, Hashable {
    public var sealed: String

    /// Seals an answer to the one-time key that came with the query, bound to the query's id.
    public init(_ answer: Answer, to replyKey: String, query: UUID) throws(WireError) {
        guard let bytes = try? WireJSON.encode(answer) else { throw .undecodable("the answer has no JSON form") }
        sealed = try Sealing.seal(bytes, to: SitePublicKey(base64: replyKey), bindings: Self.bindings(query))
    }

    /// The asker's side.
    public func open(with key: SitePrivateKey, query: UUID) throws(WireError) -> Answer {
        try WireJSON.decode(Answer.self, from: Sealing.open(sealed, with: key, bindings: Self.bindings(query)))
    }

    private static func bindings(_ query: UUID) -> [String] {
        ["answer", query.uuidString.lowercased()]
    }
}

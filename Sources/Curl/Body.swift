/// The body of a request.
public enum Body: Sendable {
    case none
    case bytes([UInt8])
    case streamed(BodyStream)

    /// A body made while it is sent. The sequence is asked for its next element only when the last ones are on their way.
    /// - Parameter length: in bytes, where known: then it is announced and enforced. Otherwise the body goes in HTTP chunks.
    public static func stream<Chunks: AsyncSequence & Sendable>(_ chunks: Chunks, length: Int? = nil) -> Body
    where Chunks.Element == [UInt8] {
        .streamed(BodyStream(chunks, length: length))
    }
}

/// A request body as a sequence of pieces. It is read once: a request with such a body is never repeated.
public struct BodyStream: Sendable {
    typealias Sink = @Sendable ([UInt8]) async throws -> Void

    let length: Int?
    let feed: @Sendable (Sink) async throws -> Void

    public init<Chunks: AsyncSequence & Sendable>(_ chunks: Chunks, length: Int? = nil) where Chunks.Element == [UInt8] {
        self.length = length
        self.feed = { sink in
            for try await chunk in chunks { try await sink(chunk) }
        }
    }
}

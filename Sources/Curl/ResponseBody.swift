/// The body of a response, in pieces as they come. At most 256 KiB wait here; beyond that the peer is held back.
///
/// One consumer, once. The exchange ends when the body is dropped, or when the task that reads it is cancelled (then reading
/// throws `.cancelled`).
public struct ResponseBody: AsyncSequence, Sendable {
    public typealias Element = [UInt8]
    public typealias Failure = CurlError

    let reader: Reader

    public func makeAsyncIterator() -> Iterator { Iterator(reader: reader) }

    /// The rest of the body as one array. Fails with `.tooLarge` where the request's `responseLimit` says so.
    public func collect() async throws(CurlError) -> [UInt8] {
        var all: [UInt8] = []
        while let chunk = try await reader.transfer.nextChunk() {
            if all.isEmpty { all = chunk } else { all += chunk }
        }
        return all
    }

    public struct Iterator: AsyncIteratorProtocol {
        let reader: Reader

        public mutating func next() async throws(CurlError) -> [UInt8]? {
            try await reader.transfer.nextChunk()
        }

        public mutating func next(isolation actor: isolated (any Actor)?) async throws(CurlError) -> [UInt8]? {
            try await reader.transfer.nextChunk()
        }
    }

    /// Ends the exchange with the last copy of the body, and keeps the client going until then.
    final class Reader: Sendable {
        let transfer: Transfer
        private let client: HTTPClient

        init(_ transfer: Transfer, of client: HTTPClient) {
            self.transfer = transfer
            self.client = client
        }

        deinit { transfer.cancel() }
    }
}

/// What a consumer receives. Several tasks may iterate at the same time: each delivery goes to one of them.
///
/// It survives lost connections; it ends when the consumer has stopped delivering, or when the iterating task is cancelled.
public struct Deliveries: AsyncSequence, Sendable {
    public typealias Element = Delivery
    public typealias Failure = Never

    let shelf: DeliveryShelf

    public struct Iterator: AsyncIteratorProtocol, Sendable {
        let shelf: DeliveryShelf

        public func next() async -> Delivery? {
            await shelf.take(upTo: BatchLimit(deliveries: 1)).first
        }
    }

    public func makeAsyncIterator() -> Iterator {
        Iterator(shelf: shelf)
    }

    /// What has come so far, waiting for the first: 1 to `limit` deliveries; none when there will be no more.
    ///
    /// - Parameter bytes: a batch of more than one is not larger.
    public func nextBatch(upTo limit: Int, bytes: Int = .max) async -> [Delivery] {
        await shelf.take(upTo: BatchLimit(deliveries: Swift.max(1, limit), bytes: bytes))
    }
}

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
            await shelf.take(upTo: 1).first
        }
    }

    public func makeAsyncIterator() -> Iterator {
        Iterator(shelf: shelf)
    }

    /// What has come so far, waiting for the first: 1 to `limit` deliveries; none when there will be no more.
    public func nextBatch(upTo limit: Int) async -> [Delivery] {
        await shelf.take(upTo: Swift.max(1, limit))
    }
}

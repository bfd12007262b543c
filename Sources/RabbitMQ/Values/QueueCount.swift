/// What a broker says of a queue when it is declared.
///
/// A quorum queue without a leader answers with zeros. Where somebody consumes, the broker knows what it says.
public struct QueueCount: Sendable, Hashable {
    /// That wait for a consumer; those in consumers' hands are not counted.
    public var messages: Int
    public var consumers: Int

    public init(messages: Int, consumers: Int) {
        self.messages = messages
        self.consumers = consumers
    }

    public var isCertainlyEmpty: Bool { messages == 0 && consumers > 0 }
}

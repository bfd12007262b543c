import Logging

/// A message of `NOTIFY`.
public struct Notification: Sendable, Hashable {
    public let channel: String
    public let payload: String

    public init(channel: String, payload: String) {
        self.channel = channel
        self.payload = payload
    }
}

/// What is heard on some channels, for as long as somebody iterates; iterate once.
///
/// It keeps a connection of its own with a thread of its own, makes it anew whenever it breaks, and closes it when the
/// iteration ends or its task is cancelled.
public struct Listener: AsyncSequence, Sendable {
    public enum Event: Sendable, Hashable {
        case notification(Notification)
        /// Listening from now on: what was sent before may have been missed. The first event, and again after each loss of
        /// the connection, and when more came than was read (1024 wait at most).
        case reconnected
    }

    private let events: AsyncStream<Event>

    init(_ configuration: DatabaseConfiguration, channels: [String], logger: Logger) {
        precondition(!channels.isEmpty, "a listener needs a channel")
        let (events, continuation) = AsyncStream.makeStream(of: Event.self, bufferingPolicy: .bufferingOldest(1024))
        self.events = events
        ListeningConnection(configuration, channels, logger, continuation).start()
    }

    public struct AsyncIterator: AsyncIteratorProtocol {
        var events: AsyncStream<Event>.Iterator

        public mutating func next() async -> Event? {
            await events.next()
        }
    }

    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(events: events.makeAsyncIterator())
    }
}

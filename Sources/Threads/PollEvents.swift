import Glibc

/// What a watched descriptor is polled for. Errors and hang-ups always wake the thread.
public struct PollEvents: OptionSet, Sendable {
    public let rawValue: Int16

    public init(rawValue: Int16) {
        self.rawValue = rawValue
    }

    /// There is something to read, or the other side closed.
    public static let readable = PollEvents(rawValue: Int16(POLLIN))
    /// A write would not block.
    public static let writable = PollEvents(rawValue: Int16(POLLOUT))
}

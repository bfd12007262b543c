/// How long the parts of an exchange may take.
public struct Timeouts: Sendable, Hashable {
    /// Until the connection stands: waiting for a free connection, resolving, connecting and the TLS handshake.
    public var connect: Duration
    /// The whole exchange, from the call to the last byte. `nil`: as long as it takes.
    public var total: Duration?
    /// The longest silence of the peer once connected. Time in which it waits for us (a response not read, a request body
    /// not yet there) does not count. `nil`: for ever.
    public var idle: Duration?

    public init(connect: Duration = .seconds(5), total: Duration? = .seconds(30), idle: Duration? = nil) {
        self.connect = connect
        self.total = total
        self.idle = idle
    }
}

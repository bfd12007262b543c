/// Why something could not be done at the broker. Never holds a password.
public struct BrokerError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Code: Hashable, Sendable {
        /// The URL or a setting can't be used.
        case configuration
        /// No connection: unknown host, refused, or no answer in time.
        case unreachable
        /// The TLS handshake failed, or a certificate could not be read or believed.
        case tls
        /// The broker does not let us in: user, password, certificate or virtual host.
        case refused
        /// The broker was silent for two heartbeat intervals, or this process stood still for one.
        case missedHeartbeats
        /// The connection broke.
        case disconnected
        /// The broker closed the connection, with an AMQP reply code (320: an operator did).
        case closed(Int)
        /// The broker closed the channel, with an AMQP reply code (403, 404, 405, 406).
        case channel(Int)
        /// The broker cancelled the subscription: the queue was deleted or has lost its leader.
        case subscriptionCancelled
        /// A memory or disk alarm: the broker takes no messages.
        case blocked
        /// No answer within the caller's time.
        case timeout
        /// The caller's task was cancelled.
        case cancelled
        /// More bytes than the limit.
        case tooLarge(limit: Int)
        /// No queue takes the message.
        case unroutable
        /// A queue did not take the message.
        case nacked
        /// The service is not running, or has ended.
        case stopped
    }

    public let code: Code
    /// Cause and remedy, for people.
    public let message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}

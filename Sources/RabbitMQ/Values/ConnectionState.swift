/// The state of a service's connection to the broker.
public enum ConnectionState: Sendable, Hashable {
    /// Connected; everything is declared and subscribed.
    case connected
    /// The broker is short of memory or disk and takes no messages. The reason is the broker's.
    case blocked(reason: String)
    /// Not connected, and why. A running service tries again after a while.
    case disconnected(BrokerError)
}

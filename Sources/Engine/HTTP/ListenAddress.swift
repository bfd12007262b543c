import Model

/// Where the engine listens: `host:port`; port 0 takes a free one.
public struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
    public let host: String
    public let port: Int

    /// `nil` when the text is no `host:port`, `[IPv6]:port` included.
    public init?(_ text: String) {
        guard let place = HostEndpoint.Place(text) else { return nil }
        (host, port) = (place.host, place.port)
    }

    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// Where a host's own API answers, taken apart.
public enum HostEndpoint: Sendable, Hashable {
    /// An absolute path.
    case unix(path: String)
    case tcp(Place)
    case https(Place)

    /// A name or address and a port.
    public struct Place: Sendable, Hashable {
        public let host: String
        public let port: Int

        /// Reads `host:port` or `[IPv6]:port`; `nil` for anything else.
        public init?(_ text: some StringProtocol) {
            guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else { return nil }
            var host = Substring(text[..<colon])
            if host.hasPrefix("["), host.hasSuffix("]") {
                host = host.dropFirst().dropLast()
                guard host.contains(":") else { return nil }
            } else if host.contains(":") {
                return nil
            }
            guard !host.isEmpty, host.utf8.allSatisfy(Self.mayBeInHost) else { return nil }
            self.host = String(host)
            self.port = Int(port)
        }

        /// Whether a text may be a host name or an IP address.
        public static func isHost(_ text: some StringProtocol) -> Bool {
            !text.isEmpty && text.utf8.allSatisfy(mayBeInHost)
        }

        private static func mayBeInHost(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: ":"): true
            default: false
            }
        }
    }

    /// Reads `unix:///path`, `tcp://host:port` and `https://host[:port]`, which may end with a slash as kubeconfigs write it; `nil`
    /// for anything else. The one place where endpoints are read.
    public init?(_ text: some StringProtocol) {
        if let path = text.dropped(prefix: "unix://") {
            guard path.hasPrefix("/"), path.utf8.count > 1, !path.contains(" ") else { return nil }
            self = .unix(path: String(path))
        } else if let place = text.dropped(prefix: "tcp://").flatMap(Place.init), place.port > 0 {
            self = .tcp(place)
        } else if let rest = text.dropped(prefix: "https://") {
            let bare = rest.hasSuffix("/") ? rest.dropLast() : rest
            guard let place = Place(bare) ?? Place(bare + ":443"), place.port > 0 else { return nil }
            self = .https(place)
        } else {
            return nil
        }
    }

    /// Whether a driver of that kind speaks to such a place.
    public func suits(_ driver: DriverKind) -> Bool {
        switch (self, driver) {
        case (.https, .kubernetes), (.unix, .docker), (.unix, .swarm), (.unix, .memory), (.tcp, .docker), (.tcp, .swarm),
            (.tcp, .memory):
            true
        case (.https, _), (.unix, .kubernetes), (.tcp, .kubernetes): false
        }
    }
}

extension StringProtocol {
    fileprivate func dropped(prefix: String) -> Substring? {
        hasPrefix(prefix) ? Substring(self).dropFirst(prefix.count) : nil
    }
}

public import Model

/// Asks an agent for live data; answered over direct reply-to.
public struct Query: Codable, Sendable, Hashable {
    public var host: HostTarget
    /// The one-time public key (X25519, base64) to which the answer is sealed.
    public var replyKey: String
    public var ask: Ask

    public enum Ask: Sendable, Hashable {
        /// The chain's connection files, resolved from its vault and from observed endpoints.
        case connection(ChainWork)
        /// A part of a node's log, live from the host.
        case log(LogRequest)
    }

    public init(host: HostTarget, replyKey: String, ask: Ask) {
        self.host = host
        self.replyKey = replyKey
        self.ask = ask
    }
}

/// The answer to a query, sealed on the wire.
public enum Answer: Sendable, Hashable {
    case connection(Connection)
    case log(LogPiece)
    case failed(WorkError)

    /// How a tenant reaches a chain.
    public struct Connection: Codable, Sendable, Hashable {
        public var nodes: [Node]
        public var files: [File]

        public struct Node: Codable, Sendable, Hashable {
            public var name: String
            public var endpoints: [Endpoint]

            public init(name: String, endpoints: [Endpoint]) {
                self.name = name
                self.endpoints = endpoints
            }
        }

        public struct Endpoint: Codable, Sendable, Hashable {
            public var name: String
            public var host: String
            public var port: Int
            public var url: String

            public init(name: String, host: String, port: Int, url: String) {
                self.name = name
                self.host = host
                self.port = port
                self.url = url
            }
        }

        public struct File: Codable, Sendable, Hashable {
            public var name: String
            public var mediaType: String
            public var content: String

            public init(name: String, mediaType: String, content: String) {
                self.name = name
                self.mediaType = mediaType
                self.content = content
            }
        }

        public init(nodes: [Node], files: [File]) {
            self.nodes = nodes
            self.files = files
        }
    }
}

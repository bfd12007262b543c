/// Which part of a node's log is wanted.
public struct LogRequest: Codable, Sendable, Hashable {
    public var chain: ChainID
    public var node: String
    /// Where the last piece ended; `nil`: begin with the last `tail` lines.
    public var cursor: String?
    /// 0 to 10,000 lines.
    public var tail: Int
    /// Seconds to wait for something new where there is nothing yet, 0 to 10.
    public var wait: Double

    public init(chain: ChainID, node: String, cursor: String? = nil, tail: Int = 100, wait: Double = 0) {
        self.chain = chain
        self.node = node
        self.cursor = cursor
        self.tail = tail
        self.wait = wait
    }
}

/// A part of a node's log, free of the chain's secrets.
public struct LogPiece: Codable, Sendable, Hashable {
    /// At most this many bytes of lines are in one piece.
    public static let limit = 256 << 10

    public var lines: [Line]
    /// Where the next piece begins.
    public var cursor: String

    public struct Line: Codable, Sendable, Hashable {
        /// RFC 3339 in UTC with nanoseconds, as the host wrote it.
        public var time: String
        public var text: String

        public init(time: String, text: String) {
            self.time = time
            self.text = text
        }
    }

    public init(lines: [Line], cursor: String) {
        self.lines = lines
        self.cursor = cursor
    }
}

/// Makes the response's head out of header lines as libcurl hands them on, one at a time.
struct HeadReader {
    enum Step: Equatable {
        case more
        /// The head of the final response is whole.
        case head
        case tooLarge(limit: Int)
        case malformed
        /// The peer wants to leave HTTP, which nobody asked for.
        case upgraded
    }

    /// All header lines of an exchange together, interim responses and trailers included.
    static let limit = 64 << 10

    private(set) var head = ResponseHead(status: 0, headers: Headers())
    private var count = 0
    private var isComplete = false

    mutating func read(_ line: some BidirectionalCollection<UInt8>) -> Step {
        count += line.count
        guard count <= Self.limit else { return .tooLarge(limit: Self.limit) }
        // Trailers come after the head; nobody here needs them.
        guard !isComplete else { return .more }
        if line.starts(with: "HTTP/".utf8) {
            head = ResponseHead(status: Self.status(line), headers: Headers())
            return head.status == 101 ? .upgraded : .more
        }
        let text = ASCII.trimmed(line)
        guard !text.isEmpty else { return end() }
        return readField(line) ? .more : .malformed
    }

    private mutating func end() -> Step {
        // An interim response (1xx) is followed by another head.
        guard head.status >= 200 else { return .more }
        isComplete = true
        return .head
    }

    private mutating func readField(_ line: some BidirectionalCollection<UInt8>) -> Bool {
        if let first = line.first, first == 0x20 || first == 0x09 {
            head.headers.extendLast(ASCII.trimmed(line))
            return true
        }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return false }
        let name = String(decoding: line[..<colon], as: UTF8.self)
        head.headers.append(name, ASCII.trimmed(line[line.index(after: colon)...]))
        return ASCII.isToken(name)
    }

    /// The number in `HTTP/1.1 204 No Content`; 0 where there is none.
    private static func status(_ line: some BidirectionalCollection<UInt8>) -> Int {
        let parts = line.split(separator: 0x20, omittingEmptySubsequences: true)
        return parts.count > 1 ? Int(ASCII.trimmed(parts[1])) ?? 0 : 0
    }
}

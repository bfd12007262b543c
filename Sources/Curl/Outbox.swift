/// What is to be sent of a request's body. Pure: the producer puts in, libcurl's thread takes out.
///
/// It takes the next chunk when it is empty. An empty outbox *starves* libcurl, and says so when there is something again.
struct Outbox {
    enum Filled: Equatable {
        case bytes(Int)
        case starved
        case end
        case failed
    }

    private enum Source {
        case open, ended, failed
        /// Nobody wants the rest.
        case stopped
    }

    private var bytes: [UInt8]
    private var offset = 0
    private var source: Source
    /// What the announced length still lacks.
    private var missing: Int?
    /// Whether all that was ever put in is still here.
    private let canRewind: Bool
    /// Stays until libcurl's thread goes on.
    private(set) var isStarved = false

    /// A body that is there as a whole.
    init(bytes: [UInt8]) {
        self.bytes = bytes
        source = .ended
        canRewind = true
    }

    /// A body that is made while it is sent.
    init(length: Int?) {
        bytes = []
        source = .open
        missing = length
        canRewind = false
    }

    var hasRoom: Bool { offset == bytes.count }

    /// - Returns: whether libcurl starves and can go on.
    mutating func put(_ chunk: [UInt8]) -> Bool {
        guard source == .open, !chunk.isEmpty else { return false }
        if let missing {
            guard chunk.count <= missing else { return fail() }
            self.missing = missing - chunk.count
        }
        bytes = chunk
        offset = 0
        return isStarved
    }

    /// No more comes.
    mutating func end() -> Bool {
        guard source == .open else { return false }
        guard missing ?? 0 == 0 else { return fail() }
        source = .ended
        return isStarved
    }

    mutating func fail() -> Bool {
        guard source == .open else { return false }
        source = .failed
        return isStarved
    }

    /// The rest of a body that is made while it is sent goes nowhere.
    mutating func stop() -> Bool {
        guard source == .open else { return false }
        source = .stopped
        (bytes, offset) = ([], 0)
        return isStarved
    }

    mutating func fill(_ target: UnsafeMutableRawBufferPointer) -> Filled {
        if source == .failed { return .failed }
        if hasRoom {
            isStarved = source == .open
            return isStarved ? .starved : .end
        }
        let piece = bytes[offset...].prefix(target.count)
        target.copyBytes(from: piece)
        offset += piece.count
        return .bytes(piece.count)
    }

    /// Back to the body's start.
    mutating func rewind() -> Bool {
        if canRewind { offset = 0 }
        return canRewind
    }

    /// libcurl goes on.
    mutating func feed() {
        isStarved = false
    }
}

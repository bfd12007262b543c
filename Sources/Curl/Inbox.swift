/// What has come of a response and was not yet taken. Pure: libcurl's thread puts in, the consumer takes out.
///
///     head? → bytes* → ended
///
/// It never holds more than `window` bytes (and one piece of libcurl's, at most 16 KiB): a full inbox *holds* the peer, and says so
/// when it has room again. An exchange that failed still gives out what had come before; a cancelled one does not.
struct Inbox {
    enum Taken<Value> {
        case value(Value)
        case nothingYet
        case failed(CurlError)
    }

    struct Chunk {
        /// `nil`: the end.
        var bytes: [UInt8]?
        /// The peer is held back and can go on.
        var releasesPeer = false
    }

    private let window: Int
    private var head: ResponseHead?
    private var bytes: [UInt8] = []
    private var ending: Result<Void, CurlError>?
    /// Stays until libcurl's thread has let the peer go on, so that its idle clock does not run before.
    private(set) var isHolding = false

    init(window: Int) {
        self.window = window
    }

    var hasEnded: Bool { ending != nil }

    /// Whether one who waits would now get an answer.
    var hasNews: Bool { head != nil || !bytes.isEmpty || hasEnded }

    mutating func put(_ head: ResponseHead) {
        self.head = head
    }

    /// - Returns: false when there is no room: nothing was taken, and the peer is to be held.
    mutating func put(_ piece: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count < window else {
            isHolding = true
            return false
        }
        bytes.append(contentsOf: piece)
        return true
    }

    /// The first end counts.
    mutating func end(_ result: Result<Void, CurlError>) {
        guard ending == nil else { return }
        ending = result
        if case .failure(let error) = result, error.code == .cancelled { bytes = [] }
    }

    /// The peer goes on.
    mutating func release() {
        isHolding = false
    }

    mutating func takeHead() -> Taken<ResponseHead> {
        if let head {
            self.head = nil
            return .value(head)
        }
        return switch ending {
        case .failure(let error): .failed(error)
        case .success: .failed(CurlError(.protocol, "the response has no head"))
        case nil: .nothingYet
        }
    }

    mutating func takeChunk() -> Taken<Chunk> {
        guard bytes.isEmpty else {
            defer { bytes = [] }
            return .value(Chunk(bytes: bytes, releasesPeer: isHolding))
        }
        return switch ending {
        case .failure(let error): .failed(error)
        case .success: .value(Chunk(bytes: nil))
        case nil: .nothingYet
        }
    }
}

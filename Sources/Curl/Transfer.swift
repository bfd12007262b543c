internal import Synchronization

/// One exchange, where the tasks that want it and libcurl's thread that does it meet. All it holds lies behind one lock that nobody
/// holds for longer than a copy takes; whoever waits, waits as a suspended task.
final class Transfer: Sendable {
    typealias Signal = CheckedContinuation<Void, Never>

    private struct State {
        var inbox = Inbox(window: Transfer.window)
        var outbox: Outbox
        var consumer: Signal?
        var producer: Signal?
        var pump: Task<Void, Never>?
    }

    static let window = 256 << 10

    let id: UInt64
    let request: Request
    private let loop: Loop
    private let state: Mutex<State>

    init(_ request: Request, id: UInt64, loop: Loop) {
        self.id = id
        self.request = request
        self.loop = loop
        let outbox =
            switch request.body {
            case .none: Outbox(bytes: [])
            case .bytes(let bytes): Outbox(bytes: bytes)
            case .streamed(let stream): Outbox(length: stream.length)
            }
        state = Mutex(State(outbox: outbox))
    }

    /// Ends the exchange, if it has not ended.
    func cancel() {
        guard finish(.failure(.cancelled)) else { return }
        loop.post(.abandon(id))
    }
}

// What the consumer does.
extension Transfer {
    func head() async throws(CurlError) -> ResponseHead {
        try await take { $0.takeHead() }.get()
    }

    /// The next piece of the body; `nil` at its end.
    func nextChunk() async throws(CurlError) -> [UInt8]? {
        let chunk = try await take { $0.takeChunk() }.get()
        if chunk.releasesPeer { loop.post(.resume(id)) }
        return chunk.bytes
    }

    private func take<Value: Sendable>(
        _ attempt: @Sendable (inout Inbox) -> Inbox.Taken<Value>
    ) async -> Result<Value, CurlError> {
        await withTaskCancellationHandler {
            while true {
                switch state.withLock({ attempt(&$0.inbox) }) {
                case .value(let value): return .success(value)
                case .failed(let error): return .failure(error)
                case .nothingYet: await news()
                }
            }
        } onCancel: {
            cancel()
        }
    }

    private func news() async {
        await withCheckedContinuation { signal in
            let isNow = state.withLock { state in
                if !state.inbox.hasNews { state.consumer = signal }
                return state.inbox.hasNews
            }
            if isNow { signal.resume() }
        }
    }
}

// What the producer of a streamed body does.
extension Transfer {
    /// Starts to feed the body, if it is made while it is sent.
    func pumpBody() {
        guard case .streamed(let stream) = request.body else { return }
        let pump = Task {
            do {
                try await stream.feed { chunk in try await self.send(chunk) }
                self.changeOutbox { $0.end() }
            } catch {
                self.changeOutbox { $0.fail() }
            }
        }
        let isTooLate = state.withLock { state in
            if !state.inbox.hasEnded { state.pump = pump }
            return state.inbox.hasEnded
        }
        if isTooLate { pump.cancel() }
    }

    private func send(_ chunk: [UInt8]) async throws {
        await room()
        try Task.checkCancellation()
        changeOutbox { $0.put(chunk) }
    }

    private func room() async {
        await withCheckedContinuation { signal in
            let isNow = state.withLock { state in
                let isNow = state.outbox.hasRoom || state.inbox.hasEnded
                if !isNow { state.producer = signal }
                return isNow
            }
            if isNow { signal.resume() }
        }
    }

    private func changeOutbox(_ change: (inout Outbox) -> Bool) {
        if state.withLock({ change(&$0.outbox) }) { loop.post(.resume(id)) }
    }
}

// What libcurl's thread does.
extension Transfer {
    func receive(_ head: ResponseHead) {
        changeInbox { $0.put(head) }
    }

    /// - Returns: false when the peer must be held back; the bytes are not taken.
    func receive(_ piece: UnsafeRawBufferPointer) -> Bool {
        changeInbox { $0.put(piece) }
    }

    func fill(_ target: UnsafeMutableRawBufferPointer) -> Outbox.Filled {
        let (filled, signal) = state.withLock { state in
            let filled = state.outbox.fill(target)
            return (filled, state.outbox.hasRoom ? state.producer.take() : nil)
        }
        signal?.resume()
        return filled
    }

    /// The peer has refused the request before it had all of its body. libcurl then sends no more, but would wait for ever for a body
    /// that happens to be starved.
    func stopSending() {
        let (isStarved, pump, producer) = state.withLock { state in
            (state.outbox.stop(), state.pump.take(), state.producer.take())
        }
        pump?.cancel()
        producer?.resume()
        if isStarved { loop.post(.resume(id)) }
    }

    func rewindBody() -> Bool {
        state.withLock { $0.outbox.rewind() }
    }

    /// Whether nothing moves because of our own side.
    var waitsForUs: Bool {
        state.withLock { $0.inbox.isHolding || $0.outbox.isStarved }
    }

    /// Both directions go on.
    func resume() {
        state.withLock { state in
            state.inbox.release()
            state.outbox.feed()
        }
    }

    /// - Returns: whether this was the end; false when the exchange had ended before.
    @discardableResult
    func finish(_ result: Result<Void, CurlError>) -> Bool {
        let (isFirst, signals, pump) = state.withLock { state in
            let isFirst = !state.inbox.hasEnded
            state.inbox.end(result)
            return (isFirst, [state.consumer.take(), state.producer.take()], state.pump.take())
        }
        pump?.cancel()
        for signal in signals { signal?.resume() }
        return isFirst
    }

    private func changeInbox<Value: Sendable>(_ change: (inout Inbox) -> Value) -> Value {
        let (value, signal) = state.withLock { state in
            let value = change(&state.inbox)
            return (value, state.inbox.hasNews ? state.consumer.take() : nil)
        }
        signal?.resume()
        return value
    }
}

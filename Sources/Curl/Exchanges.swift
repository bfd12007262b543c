internal import CCurl

/// The exchanges under way. Lives on the loop's thread.
struct Exchanges: ~Copyable {
    /// With nothing to do the thread still looks at its clocks that often.
    private static let longestWait = Duration.seconds(60)

    private let multi: MultiHandle
    private let addressPolicy: AddressPolicy
    private var easies: [UInt64: EasyHandle] = [:]
    /// When an exchange may have lasted too long: never later than the first one has.
    private var nextLook: ContinuousClock.Instant?

    init(multi: MultiHandle, addressPolicy: AddressPolicy) {
        self.multi = multi
        self.addressPolicy = addressPolicy
    }

    mutating func obey(_ order: Loop.Order) {
        switch order {
        case .start(let transfer): start(transfer)
        case .resume(let id): resume(id)
        case .abandon(let id): remove(id)
        }
    }

    /// Lets libcurl work, then waits for more to do.
    mutating func turn() {
        multi.perform()
        while let (easy, result) = multi.nextDone() {
            guard let handle = EasyHandle.of(ccurl_private(easy)) else { continue }
            handle.finish(result)
            remove(handle.transfer.id)
        }
        let now = ContinuousClock.now
        if let look = nextLook, look <= now { endExhausted(now) }
        multi.wait(atMost: nextLook.map { min($0 - now, Self.longestWait) } ?? Self.longestWait)
    }

    mutating func endAll(_ error: CurlError) {
        for (id, easy) in easies {
            easy.transfer.finish(.failure(error))
            remove(id)
        }
    }

    private mutating func start(_ transfer: Transfer) {
        let easy = EasyHandle(transfer, addressPolicy: addressPolicy)
        guard multi.add(easy.pointer) else {
            transfer.finish(.failure(CurlError(.invalidRequest, "libcurl does not accept the exchange")))
            return
        }
        easies[transfer.id] = easy
        lookAgain(at: easy.nextLook(at: .now))
    }

    private mutating func lookAgain(at instant: ContinuousClock.Instant?) {
        guard let instant else { return }
        nextLook = min(nextLook ?? instant, instant)
    }

    private mutating func resume(_ id: UInt64) {
        guard let easy = easies[id] else { return }
        let result = easy.resume()
        guard result != CURLE_OK else { return }
        easy.finish(result)
        remove(id)
    }

    private mutating func remove(_ id: UInt64) {
        guard let easy = easies.removeValue(forKey: id) else { return }
        multi.remove(easy.pointer)
    }

    private mutating func endExhausted(_ now: ContinuousClock.Instant) {
        nextLook = nil
        for (id, easy) in easies {
            if let phase = easy.exhausted(at: now) {
                easy.transfer.finish(.failure(CurlError(.timeout(phase), "\(easy.transfer.request.endpoint): \(phase.words)")))
                remove(id)
            } else {
                lookAgain(at: easy.nextLook(at: now))
            }
        }
    }
}

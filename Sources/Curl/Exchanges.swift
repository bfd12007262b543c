internal import CCurl

/// The exchanges under way. Lives on the loop's thread.
struct Exchanges: ~Copyable {
    /// With nothing to do the thread still looks at its clocks that often.
    private static let longestWait = Duration.seconds(60)

    private let multi: MultiHandle
    private let addressPolicy: AddressPolicy
    private var easies: [UInt64: EasyHandle] = [:]
    /// When an exchange may have been silent too long: never later than the first one is.
    private var nextIdleCheck: ContinuousClock.Instant?

    init(multi: MultiHandle, addressPolicy: AddressPolicy) {
        self.multi = multi
        self.addressPolicy = addressPolicy
    }

    mutating func obey(_ order: Loop.Order) {
        switch order {
        case .start(let transfer): start(transfer)
        case .resume(let id): easies[id]?.resume()
        case .abandon(let id): remove(id)
        }
    }

    /// Lets libcurl work, then waits for more to do.
    mutating func turn() {
        multi.perform()
        while let (easy, result) = multi.nextDone() {
            // The context is the handle's own object, which `easies` keeps alive until `remove`.
            guard let context = ccurl_private(easy) else { continue }
            let handle = Unmanaged<EasyHandle>.fromOpaque(context).takeUnretainedValue()
            handle.finish(result)
            remove(handle.transfer.id)
        }
        let now = ContinuousClock.now
        if let check = nextIdleCheck, check <= now { endSilentOnes(now) }
        multi.wait(atMost: nextIdleCheck.map { min($0 - now, Self.longestWait) } ?? Self.longestWait)
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
        if let idle = transfer.request.timeouts.idle {
            let deadline = ContinuousClock.now + idle
            nextIdleCheck = min(nextIdleCheck ?? deadline, deadline)
        }
    }

    private mutating func remove(_ id: UInt64) {
        guard let easy = easies.removeValue(forKey: id) else { return }
        multi.remove(easy.pointer)
    }

    private mutating func endSilentOnes(_ now: ContinuousClock.Instant) {
        nextIdleCheck = nil
        for (id, easy) in easies {
            guard let deadline = easy.idleDeadline(now) else { continue }
            if deadline <= now {
                easy.transfer.finish(.failure(CurlError(.timeout(.idle), "the peer was silent too long")))
                remove(id)
            } else {
                nextIdleCheck = min(nextIdleCheck ?? deadline, deadline)
            }
        }
    }
}

internal import CCurl
internal import CThreads
internal import Glibc
internal import Synchronization

/// The thread on which libcurl runs, and its letter box. All of libcurl is touched by this thread alone, except for the wake-up.
final class Loop: Sendable {
    enum Order {
        case start(Transfer)
        /// There is room for the response again, or more of the request's body.
        case resume(UInt64)
        case abandon(UInt64)
    }

    private struct Letters {
        var orders: [Order] = []
        var isStopped = false
        /// Gone once the thread has ended.
        var multi: MultiHandle?
    }

    private static let initialized: Bool = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    private let letters: Mutex<Letters>

    init(addressPolicy: AddressPolicy, connectionLimit: Int) {
        precondition(Self.initialized, "libcurl can't be initialized")
        let multi = MultiHandle(connectionLimit: connectionLimit)
        letters = Mutex(Letters(multi: multi))
        startThread { [self] in
            run(Exchanges(multi: multi, addressPolicy: addressPolicy))
        }
    }

    /// - Returns: false when the loop has been stopped and nobody will read the order.
    @discardableResult
    func post(_ order: Order) -> Bool {
        letters.withLock { letters in
            guard !letters.isStopped else { return false }
            letters.orders.append(order)
            if letters.orders.count == 1 { letters.multi?.wake() }
            return true
        }
    }

    /// Ends every exchange with `.shutDown`, then the thread. Does not wait for it.
    func stop() {
        letters.withLock { letters in
            letters.isStopped = true
            letters.multi?.wake()
        }
    }

    private func run(_ exchanges: consuming Exchanges) {
        while true {
            let (orders, isStopped) = letters.withLock { letters in
                defer { letters.orders = [] }
                return (letters.orders, letters.isStopped)
            }
            for order in orders { exchanges.obey(order) }
            if isStopped { break }
            exchanges.turn()
        }
        exchanges.endAll(.shutDown)
        // From here on nobody can wake it, so that it can be freed.
        letters.withLock { $0.multi.take() }?.free()
    }
}

/// Runs the work on a new thread which no signal interrupts: a write to a broken connection is an error there and nothing else.
private func startThread(_ work: @escaping @Sendable () -> Void) {
    final class Box: Sendable {
        let work: @Sendable () -> Void
        init(_ work: @escaping @Sendable () -> Void) { self.work = work }
    }
    var thread = pthread_t()
    let box = Unmanaged.passRetained(Box(work))
    let result = pthread_create(
        &thread, nil,
        { raw in
            continuo_block_signals()
            continuo_name_thread("curl")
            // Balances passRetained; pthread hands on exactly the pointer it was given.
            if let raw { Unmanaged<Box>.fromOpaque(raw).takeRetainedValue().work() }
            return nil
        }, box.toOpaque())
    precondition(result == 0, "no thread for libcurl: \(String(cString: strerror(result)))")
    pthread_detach(thread)
}

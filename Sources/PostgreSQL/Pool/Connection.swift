import Logging
import Threads

/// One place in the pool: a thread that keeps a link to the server and runs work on it.
///
/// It takes work only when it has a link, so that work waits in the queue while the server is away, and fails there when its
/// time is over.
actor Connection {
    private nonisolated let executor: ThreadExecutor
    private nonisolated let wakeup = Wakeup()
    private let number: Int
    private let configuration: DatabaseConfiguration
    private let queue: WorkQueue
    private let canceller: Canceller
    private let logger: Logger
    private var link: Link?

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(_ number: Int, _ configuration: DatabaseConfiguration, _ queue: WorkQueue, _ canceller: Canceller, _ logger: Logger) {
        self.number = number
        self.configuration = configuration
        self.queue = queue
        self.canceller = canceller
        self.logger = logger
        executor = ThreadExecutor(name: "pg-\(number)")
    }

    /// There is work. Returns at once.
    nonisolated func wake() {
        executor.perform { self.assumeIsolated { $0.serve() } }
    }

    /// After the work it is at. The queue is closed already.
    func close() {
        drop()
        executor.stop()
    }

    /// Ends the pauses between attempts to connect.
    nonisolated func interrupt() {
        wakeup.ring()
    }

    private func serve() {
        executor.unwatch()
        while queue.hasWork(for: number) {
            guard let link = usableLink(), let work = queue.take() else { continue }
            run(work, on: link)
        }
        watchIdleLink()
    }
}

// MARK: Work

extension Connection {
    private func run(_ work: Work, on link: Link) {
        link.interruption = work.interruption
        work.interruption.attach(wakeup)
        defer { link.interruption = nil }
        let isLastTry = work.tries + 1 >= Work.maximumTries
        guard case .again(let reason) = work.run(link, isLastTry) else { return }
        var again = work
        again.tries += 1
        logger.debug("transaction is repeated", metadata: ["reason": "\(reason)"])
        pause(beforeTry: again.tries)
        queue.putBack(again)
        // Cancelled between its try and its return to the queue, it would have been found nowhere.
        if work.interruption.isRequested { queue.cancel(work.interruption) }
    }

    /// Two transactions that collided must not meet again.
    private func pause(beforeTry number: Int) {
        let pause = Duration.milliseconds(2 << number) * Double.random(in: 0...1)
        _ = wakeup.sleep(socket: -1, events: [], until: .now + pause)
    }
}

// MARK: The link

extension Connection {
    private func usableLink() -> Link? {
        if let link, link.isAlive() { return link }
        drop()
        awaitNextAttempt()
        guard !queue.isClosed else { return nil }
        do {
            let opened = try Link.open(configuration, wakeup, canceller) { queue.isClosed }
            link = opened
            queue.connected()
            logger.debug("database connection opened", metadata: ["connection": "\(number)"])
        } catch {
            queue.connectFailed(error)
            logger.warning("database connection failed", metadata: ["error": "\(error)"])
        }
        return link
    }

    private func awaitNextAttempt() {
        let next = queue.nextAttempt
        while next > .now, !queue.isClosed {
            _ = wakeup.sleep(socket: -1, events: [], until: next)
        }
    }

    private func drop() {
        guard link != nil else { return }
        link = nil
        queue.disconnected()
    }

    /// Notices a server that closes the connection while nobody uses it.
    private func watchIdleLink() {
        guard let link, link.isUsable else { return drop() }
        executor.watch(link.socket, events: .readable, tick: .seconds(600)) { [weak self] in
            self?.assumeIsolated { $0.checkIdleLink() }
        }
    }

    private func checkIdleLink() {
        guard let link, !link.isAlive() else { return }
        executor.unwatch()
        drop()
        logger.notice("the server closed an idle database connection", metadata: ["connection": "\(number)"])
    }
}

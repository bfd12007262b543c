import CPostgreSQL
import Logging
import Threads

/// The connection of a listener. Its thread sleeps on the socket; whatever wakes it, it does what is due: connect, read,
/// or ask a silent server whether it is still there.
actor ListeningConnection {
    private nonisolated let executor = ThreadExecutor(name: "pg-listen")
    private nonisolated let closing = Interruption()
    private let wakeup = Wakeup()
    private let canceller = Canceller()
    private let configuration: DatabaseConfiguration
    private let channels: [String]
    private let logger: Logger
    private let events: AsyncStream<Listener.Event>.Continuation
    private var link: Link?
    private var backoff = Backoff()
    private var nextAttempt = ContinuousClock.now
    private var lastSign = ContinuousClock.now
    /// Something was lost for want of room, and the listener does not know yet.
    private var hasGap = false

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(
        _ configuration: DatabaseConfiguration, _ channels: [String], _ logger: Logger,
        _ events: AsyncStream<Listener.Event>.Continuation
    ) {
        self.configuration = configuration
        self.channels = channels
        self.logger = logger
        self.events = events
        closing.attach(wakeup)
    }

    /// Lives from now on until the stream ends.
    nonisolated func start() {
        events.onTermination = { _ in self.stop() }
        watch(-1, tick: .milliseconds(1))
    }

    private nonisolated func stop() {
        closing.request()
        executor.perform { self.assumeIsolated { $0.close() } }
    }

    private func close() {
        link = nil
        executor.stop()
    }

    private nonisolated func watch(_ socket: Int32, tick: Duration) {
        executor.watch(socket, events: .readable, tick: tick) { [weak self] in
            self?.assumeIsolated { $0.pump() }
        }
    }

    private func pump() {
        guard !closing.isRequested else { return }
        if link == nil, nextAttempt <= .now { connect() }
        if link != nil { read() }
        if hasGap { report(.reconnected) }
    }
}

// MARK: Connecting

extension ListeningConnection {
    private static let silenceLimit = Duration.seconds(15)
    private static let answerLimit = Duration.seconds(5)

    private func connect() {
        do {
            let link = try Link.open(configuration, wakeup, canceller) { closing.isRequested }
            link.interruption = closing
            _ = try link.exchange(channels.map { Statement("LISTEN \(Self.quoted($0))") }, within: Self.answerLimit)
            self.link = link
            backoff.reset()
            lastSign = .now
            watch(link.socket, tick: .seconds(1))
            report(.reconnected)
        } catch {
            retryLater(error)
        }
    }

    private func retryLater(_ error: DatabaseError) {
        link = nil
        guard !closing.isRequested else { return }
        let pause = backoff.next()
        nextAttempt = .now + pause
        watch(-1, tick: pause)
        logger.warning("listening to the database was interrupted", metadata: ["error": "\(error)"])
    }

    /// An identifier, whatever is in it.
    private static func quoted(_ channel: String) -> String {
        "\"\(channel.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\""
    }
}

// MARK: Reading

extension ListeningConnection {
    private func read() {
        guard let link else { return }
        guard PQconsumeInput(link.handle) == 1, !link.isBroken else { return retryLater(link.lost()) }
        takeNotifications(of: link)
        guard lastSign + Self.silenceLimit <= .now else { return }
        do {
            _ = try link.exchange([Statement("SELECT 1")], within: Self.answerLimit)
            lastSign = .now
            takeNotifications(of: link)
        } catch {
            retryLater(error)
        }
    }

    private func takeNotifications(of link: Link) {
        while let raw = PQnotifies(link.handle) {
            defer { PQfreemem(raw) }
            lastSign = .now
            report(
                .notification(
                    Notification(
                        channel: String(cString: raw.pointee.relname), payload: String(cString: raw.pointee.extra))))
        }
    }

    private func report(_ event: Listener.Event) {
        switch events.yield(event) {
        case .dropped: hasGap = true
        default:
            if event == .reconnected { hasGap = false }
        }
    }
}

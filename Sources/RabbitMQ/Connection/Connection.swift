import Logging
import Synchronization
import Threads

/// Keeps one link to the broker open, on a thread of its own.
///
/// States: *connecting* (the thread is busy with it, up to a few `connectTimeout`s) → *open* (the thread polls the socket;
/// each wake-up reads all there is, lets the role handle it, then writes what waits) → *pausing* (backoff) → *connecting*…
/// Any error ends the link: a 404 and a cut cable alike, for the library's state after an error can't be relied upon, and
/// a new link that declares everything anew is the same cure for all of them. Stopping, the link stays open until the role
/// is drained, `drainLimit` at most; a stop in another state ends at once.
///
/// Callers never hop here: they leave their work in the role's own locked state and `nudge`. So nobody but this thread
/// waits for a slow connection attempt, and a batch costs one wake-up.
actor Connection {
    /// How long a stopping service may still wait for confirms and acknowledgements.
    private static let drainLimit = Duration.seconds(10)
    /// One round of reading and writing takes milliseconds, unless the broker does not read.
    private static let roundLimit = Duration.seconds(10)
    /// So many messages are read before what waits is written.
    private static let roundSize = 1000

    private let configuration: BrokerConfiguration
    private let name: String
    private let role: any ConnectionRole
    private let states: StateBroadcast
    private let logger: Logger
    private let isNudged = Atomic(false)

    private var link: Link?
    private var pulse: Pulse
    private var watched: PollEvents = []
    private var loss: CheckedContinuation<BrokerError?, Never>?
    private var pause: Task<Void, Never>?
    /// Set while stopping: when to end at the latest.
    private var deadline: ContinuousClock.Instant?

    private let executor: ThreadExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(
        _ configuration: BrokerConfiguration, name: String, role: any ConnectionRole, states: StateBroadcast, logger: Logger
    ) {
        self.configuration = configuration
        self.name = name
        self.role = role
        self.states = states
        self.logger = logger
        pulse = Pulse(limit: .seconds(configuration.heartbeat), at: .now)
        executor = ThreadExecutor(name: name)
    }

    /// Wakes the thread, so that the role writes what waits.
    nonisolated func nudge() {
        guard !isNudged.exchange(true, ordering: .acquiringAndReleasing) else { return }
        Task { await awaken() }
    }

    /// The executor pumps after each job: waking is all there is to do.
    private func awaken() {
        isNudged.store(false, ordering: .releasing)
    }

    /// Connects again and again until stopped.
    func keepOpen() async {
        var backoff = Backoff()
        while deadline == nil {
            let began = ContinuousClock.now
            guard let error = await oneLink() else { break }
            backoff.ended(after: .now - began)
            role.lost(error)
            states.set(.disconnected(error))
            if deadline == nil { await pause(for: backoff.next(), after: error) }
        }
        role.ended()
        states.set(.disconnected(BrokerError(.stopped, "The service has ended.")))
        states.finish()
        executor.stop()
    }

    /// - Parameter gracefully: whether what is under way may be finished first.
    func stop(gracefully: Bool) {
        deadline = gracefully ? .now + Self.drainLimit : .now
        role.beginEnding()
        pause?.cancel()
        round()
    }

    private func pause(for delay: Duration, after error: BrokerError) async {
        logger.warning("no connection to the broker", metadata: ["error": "\(error)", "again_in": "\(delay)"])
        let pause = Task { _ = try? await Task.sleep(for: delay) }
        self.pause = pause
        await pause.value
        self.pause = nil
    }
}

// MARK: One link

extension Connection {
    /// From connecting to the end of the link.
    /// - Returns: nil when it ended because it was to stop.
    private func oneLink() async -> BrokerError? {
        do throws(BrokerError) {
            try connect()
        } catch {
            return error
        }
        let cutting = link?.cutter.keepCutting()
        defer { cutting?.cancel() }
        return await withCheckedContinuation { continuation in
            loss = continuation
            round()
        }
    }

    private func connect() throws(BrokerError) {
        let link = try Link(configuration, name: name)
        try link.prepare(for: role, configuration)
        self.link = link
        pulse = Pulse(limit: .seconds(configuration.heartbeat), at: .now)
        states.set(.connected)
        logger.info("connected to the broker", metadata: ["broker": "\(configuration)"])
    }

    /// Reads what there is, lets the role handle it, writes what waits.
    private func round() {
        guard let link else { return }
        link.cutter.arm(Self.roundLimit)
        defer { link.cutter.disarm() }
        do throws(BrokerError) {
            try pulse.beat(at: .now)
            let isEmpty = try read(link)
            let waitsForSocket = try role.write(to: link)
            link.releaseBuffers()
            watch(link, waitsForSocket ? [.readable, .writable] : .readable)
            if !isEmpty { nudge() }
            endIfDone()
        } catch {
            end(error)
        }
    }

    /// - Returns: whether everything has been read.
    private func read(_ link: Link) throws(BrokerError) -> Bool {
        for _ in 0..<Self.roundSize {
            guard let received = try link.next() else { return true }
            // Between reading and handling, so that nothing stale gets past it.
            try pulse.beat(at: .now)
            note(received)
            try role.handle(received)
        }
        return false
    }

    private func note(_ received: Received) {
        switch received {
        case .blocked(let reason):
            states.set(.blocked(reason: reason))
            logger.warning("the broker takes no messages", metadata: ["reason": "\(reason)"])
        case .unblocked:
            states.set(.connected)
            logger.info("the broker takes messages again")
        default: break
        }
    }

    private func watch(_ link: Link, _ events: PollEvents) {
        guard events != watched else { return }
        watched = events
        executor.watch(link.descriptor, events: events, tick: .milliseconds(configuration.heartbeat * 250)) { [weak self] in
            self?.assumeIsolated { $0.round() }
        }
    }

    private func endIfDone() {
        guard let deadline, role.isDrained || deadline < .now else { return }
        link?.close()
        end(nil)
    }

    private func end(_ error: BrokerError?) {
        executor.unwatch()
        watched = []
        link = nil
        loss?.resume(returning: error)
        loss = nil
    }
}

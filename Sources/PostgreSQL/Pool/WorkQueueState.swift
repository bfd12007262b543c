import DequeModule

/// Who waits for a connection, and which connections wait for work. Pure: its owner does what the answers say.
///
/// A connection is known by its number. It is *idle* (in `idle`), or its thread is awake: it connects, waits for the next
/// attempt to connect, or runs work. First come, first served: work is only ever taken from the front.
struct WorkQueueState {
    enum Admission {
        /// Wake the connection with this number.
        case wake(Int)
        /// All connections are awake; one will come for it.
        case waits
        case rejected(DatabaseError)
    }

    private var waiting: Deque<Work> = []
    /// The last is the one most recently used, whose caches are warm.
    private var idle: [Int]
    private var open = 0
    private let size: Int
    private let waitLimit: Duration
    private var backoff = Backoff()
    /// Since the last success.
    private var connectFailure: DatabaseError?
    /// No connection tries to connect before.
    private(set) var nextAttempt: ContinuousClock.Instant
    private(set) var isClosed = false
    var hasSweeper = false

    /// More than this waits for nothing: the callers' time is over before it is their turn.
    static let waitingLimit = 10_000

    init(size: Int, waitLimit: Duration, now: ContinuousClock.Instant) {
        self.size = size
        self.waitLimit = waitLimit
        idle = (0..<size).reversed()
        nextAttempt = now
    }

    var status: Pool.Status {
        Pool.Status(size: size, open: open, busy: size - idle.count, waiting: waiting.count, isClosed: isClosed)
    }

    // MARK: Callers

    mutating func submit(_ work: Work) -> Admission {
        if isClosed { return .rejected(closed) }
        if waiting.count >= Self.waitingLimit { return .rejected(exhausted) }
        waiting.append(work)
        return idle.popLast().map(Admission.wake) ?? .waits
    }

    /// Takes work out that nobody waits for any more; nil when it is not in the queue.
    mutating func withdraw(_ interruption: Interruption) -> Work? {
        guard let index = waiting.firstIndex(where: { $0.interruption === interruption }) else { return nil }
        return waiting.remove(at: index)
    }

    /// The work whose time is over, and why it failed.
    mutating func expire(now: ContinuousClock.Instant) -> ([Work], DatabaseError) {
        var expired: [Work] = []
        while let first = waiting.first, first.deadline <= now { expired.append(waiting.removeFirst()) }
        let failure = open == 0 ? connectFailure : nil
        return (expired, failure ?? exhausted)
    }

    /// When to expire next; nil when nobody waits.
    var nextExpiry: ContinuousClock.Instant? { waiting.first?.deadline }

    // MARK: Connections

    /// Whether there is work for a connection that is awake; if not, it is idle from now on.
    mutating func hasWork(for connection: Int) -> Bool {
        if !waiting.isEmpty { return true }
        idle.append(connection)
        return false
    }

    mutating func take() -> Work? {
        waiting.popFirst()
    }

    /// Work that must be run again goes to the front: it was its turn already.
    /// - Returns: what fails because the pool is closed.
    mutating func putBack(_ work: Work, now: ContinuousClock.Instant) -> Work? {
        guard !isClosed else { return work }
        var again = work
        again.deadline = now + waitLimit
        waiting.prepend(again)
        return nil
    }

    mutating func connected() {
        open += 1
        backoff.reset()
        connectFailure = nil
    }

    mutating func disconnected() {
        open -= 1
    }

    /// - Returns: the work that fails at once, because waiting does not help.
    mutating func connectFailed(_ failure: DatabaseError, now: ContinuousClock.Instant) -> [Work] {
        connectFailure = failure
        nextAttempt = now + backoff.next()
        guard failure.code == .refused, open == 0 else { return [] }
        defer { waiting = [] }
        return Array(waiting)
    }

    /// - Returns: the work that fails.
    mutating func close() -> [Work] {
        isClosed = true
        defer { waiting = [] }
        return Array(waiting)
    }

    // MARK: Errors

    var closed: DatabaseError { DatabaseError(.closed, "the database pool was closed") }

    private var exhausted: DatabaseError {
        DatabaseError(
            .poolExhausted, "all \(size) database connections were busy for \(waitLimit); try again, or make the pool larger")
    }
}

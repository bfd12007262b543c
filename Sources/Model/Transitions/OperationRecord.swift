public import FoundationEssentials

/// An operation with its attempts, and what may happen to it.
///
/// ```
///            dispatch            started
///   queued ───────────► sent ───────────► working ──► succeeded | failed | cancelled
///     │  ▲               │ again: a fresh attempt         │
///     │  │ value taken   ▼                                │ transient
///     │  └────────────  sent                 retrying ◄───┘
///     └──► superseded | cancelled ◄─────────────┘ dispatch ──► sent
/// ```
/// * Only the latest attempt decides. The end of an earlier one (its agent was cut off and comes back) merely says that this agent
///   acts no more: attempts of one generation converge to the same state, so nothing is lost by waiting for the latest.
/// * Only started attempts are charged. A command given back unacted is sent afresh, at once and for free.
/// * A command that comes back unacted may have another copy in the hands of an agent whose `started` is still to come. So an
///   attempt that came back stays open to `quietAt` too: until its first copy's holder has had its time, which is short.
/// * A started attempt whose command comes back has lost its agent: that costs one attempt. It stays open to `quietAt` until its
///   agent reports an end or is known to be gone, because until then it may still act; the next generation waits for that.
public struct OperationRecord: Sendable, Hashable {
    public var operation: Operation
    /// In the order of their numbers.
    public var attempts: [Attempt]
    /// Whether a later operation of the same chain is queued behind this one; then this one is not tried again but superseded.
    public var hasSuccessor: Bool

    public init(operation: Operation, attempts: [Attempt] = [], hasSuccessor: Bool = false) {
        self.operation = operation
        self.attempts = attempts
        self.hasSuccessor = hasSuccessor
    }
}

/// What a transition may not make itself: the time, chance and a fresh identity.
public struct Moment: Sendable {
    public var now: Date
    /// 0 ..< 1.
    public var jitter: Double
    /// For the attempt that the transition may start.
    public var attempt: AttemptID

    public init(now: Date, jitter: Double, attempt: AttemptID) {
        self.now = now
        self.jitter = jitter
        self.attempt = attempt
    }

    /// The system's clock and random source; for the rim.
    public static func current() -> Moment {
        Moment(now: Date(), jitter: Double.random(in: 0..<1), attempt: .fresh())
    }
}

/// What happens to an operation.
public enum OperationEvent: Sendable, Hashable {
    /// Nothing holds it back any more: `queued`, or `retrying` and due.
    case dispatch
    case started(AttemptID, AgentID)
    case progress(AttemptID, Progress)
    /// The attempt ended; `nil` is success.
    case outcome(AttemptID, WorkError?)
    /// The command came back unacted from a redelivery or a repeated publication.
    case again(AttemptID)
    /// Its agent goes away in good order and has stopped to act.
    case givenBack(AttemptID, AgentID)
    /// The queue has lost its command before anybody took it.
    case queueLost(AttemptID)
    /// The attempt's agent has been silent for too long.
    case agentGone(AttemptID)
    /// The attempt has lasted for too long.
    case unfinished(AttemptID)
    case supersede
    case cancel
    /// Somebody wants the next attempt now.
    case hurry
}

/// What must follow in the same transaction.
public enum OperationEffect: Sendable, Hashable {
    /// A command for this attempt goes to the outbox.
    case send(Attempt)
    /// The same once more, marked as a repeat: nobody acts on it, and a fresh attempt comes of it.
    case sendAgain(Attempt)
    /// The operation has its end; the chain or host is told.
    case ended(OperationEnd)
    /// The port or subnet is blocked on the host, another is assigned, the generation rises; then it is dispatched anew.
    case reassign(WorkError)
    /// What was made of a chain that nobody has had yet does not live: the next attempt makes all of it anew, with another
    /// incarnation.
    case startOver(WorkError)
    /// Its agent is asked to stop.
    case broadcastCancel
}

public enum OperationEnd: Sendable, Hashable {
    case succeeded
    case failed(WorkError)
    case cancelled
    case superseded
}

extension OperationRecord {
    /// Applies one event; events that come late or twice change nothing.
    public mutating func apply(_ event: OperationEvent, at moment: Moment, policy: RetryPolicy) -> [OperationEffect] {
        switch event {
        case .dispatch: dispatch(at: moment)
        case .started(let id, let agent): started(id, by: agent, at: moment)
        case .progress(let id, let progress): progressed(id, progress)
        case .outcome(let id, let error): finished(id, error, at: moment, policy)
        case .again(let id): cameBack(id, at: moment, policy)
        case .givenBack(let id, let agent): gaveBack(id, by: agent, at: moment)
        case .queueLost(let id): lostByQueue(id)
        case .agentGone(let id): lostAgent(id, at: moment, policy)
        case .unfinished(let id): ranTooLong(id, at: moment, policy)
        case .supersede: leave(.superseded, .superseded, at: moment)
        case .cancel: cancel(at: moment)
        case .hurry: hurry(at: moment)
        }
    }

    private mutating func dispatch(at moment: Moment) -> [OperationEffect] {
        guard operation.status == .queued || operation.status == .retrying else { return [] }
        return [send(at: moment)]
    }

    /// A fresh attempt on the road.
    private mutating func send(at moment: Moment) -> OperationEffect {
        operation.attempt += 1
        operation.status = .sent
        operation.retryAt = nil
        operation.progress = nil
        let attempt = Attempt(id: moment.attempt, operation: operation.id, number: operation.attempt, sentAt: moment.now)
        attempts.append(attempt)
        return .send(attempt)
    }

    private mutating func started(_ id: AttemptID, by agent: AgentID, at moment: Moment) -> [OperationEffect] {
        guard let index = open(id) else { return startedLate(id, by: agent, at: moment) }
        attempts[index].agent = agent
        attempts[index].startedAt = attempts[index].startedAt ?? moment.now
        if isLatest(id) { operation.status = .working }
        return []
    }

    /// Its copy came back from another agent before this one's `started` did: the attempt is over, and yet somebody acts on it,
    /// unless this agent has given it back since.
    private mutating func startedLate(_ id: AttemptID, by agent: AgentID, at moment: Moment) -> [OperationEffect] {
        guard let index = attempts.firstIndex(where: { $0.id == id && $0.result == .again && $0.startedAt == nil }),
            attempts[index].agent != agent
        else { return [] }
        attempts[index].agent = agent
        attempts[index].startedAt = moment.now
        attempts[index].quietAt = nil
        return []
    }

    private mutating func progressed(_ id: AttemptID, _ progress: Progress) -> [OperationEffect] {
        if open(id) != nil, isLatest(id) { operation.progress = progress }
        return []
    }

    private mutating func finished(
        _ id: AttemptID, _ error: WorkError?, at moment: Moment, _ policy: RetryPolicy
    ) -> [OperationEffect] {
        guard let index = attempts.firstIndex(where: { $0.id == id }) else { return [] }
        // Also of an attempt that is over: its `started`, should that come only now, is of no more account.
        attempts[index].startedAt = attempts[index].startedAt ?? moment.now
        attempts[index].quietAt = attempts[index].quietAt ?? moment.now
        guard attempts[index].endedAt == nil else { return [] }
        end(index, error == nil ? .succeeded : .failed, error, at: moment)
        guard isLatest(id) else { return [] }
        operation.agentsLost = 0
        guard let error else { return succeed(at: moment) }
        return failed(error, at: moment, policy)
    }

    private mutating func cameBack(_ id: AttemptID, at moment: Moment, _ policy: RetryPolicy) -> [OperationEffect] {
        guard let index = open(id) else { return [] }
        guard attempts[index].startedAt != nil else { return sendAfresh(index, at: moment) }
        return loseAgent(index, at: moment, policy)
    }

    private mutating func gaveBack(_ id: AttemptID, by agent: AgentID, at moment: Moment) -> [OperationEffect] {
        guard let index = attempts.firstIndex(where: { $0.id == id && ($0.agent ?? agent) == agent }) else { return [] }
        attempts[index].agent = agent
        attempts[index].quietAt = attempts[index].quietAt ?? moment.now
        guard attempts[index].endedAt == nil else { return [] }
        return sendAfresh(index, at: moment)
    }

    private func lostByQueue(_ id: AttemptID) -> [OperationEffect] {
        guard let index = open(id), isLatest(id), attempts[index].startedAt == nil else { return [] }
        return [.sendAgain(attempts[index])]
    }

    private mutating func sendAfresh(_ index: Int, at moment: Moment) -> [OperationEffect] {
        end(index, .again, nil, at: moment)
        guard isLatest(attempts[index].id) else { return [] }
        if operation.cancelRequested { return leave(.cancelled, .cancelled, at: moment) }
        return [send(at: moment)]
    }

    private mutating func lostAgent(_ id: AttemptID, at moment: Moment, _ policy: RetryPolicy) -> [OperationEffect] {
        guard let index = unquiet(id), attempts[index].mayAct else { return [] }
        attempts[index].quietAt = moment.now
        guard attempts[index].endedAt == nil else { return [] }
        return loseAgent(index, at: moment, policy)
    }

    private mutating func loseAgent(_ index: Int, at moment: Moment, _ policy: RetryPolicy) -> [OperationEffect] {
        let error = WorkError(.transient, .agentLost, "the agent was lost while it worked on this; another takes over")
        end(index, .agentLost, error, at: moment)
        guard isLatest(attempts[index].id) else { return [] }
        operation.agentsLost += 1
        guard operation.agentsLost < policy.agentsLostLimit else {
            let poison =
                "\(operation.agentsLost) agents in a row were lost while they worked on this; it is not tried again by itself"
            operation.charged += 1
            return fail(WorkError(.terminal, .poison, poison), at: moment)
        }
        return failed(error, at: moment, policy)
    }

    private mutating func ranTooLong(_ id: AttemptID, at moment: Moment, _ policy: RetryPolicy) -> [OperationEffect] {
        guard let index = open(id), attempts[index].startedAt != nil else { return [] }
        let error = WorkError(
            .transient, .unfinished, "not done within \(Int(policy.longestAttempt / 60)) minutes; it is tried again")
        end(index, .unfinished, error, at: moment)
        return isLatest(id) ? failed(error, at: moment, policy) : []
    }

    private mutating func cancel(at moment: Moment) -> [OperationEffect] {
        guard operation.status.inFlight else { return leave(.cancelled, .cancelled, at: moment) }
        guard !operation.cancelRequested else { return [] }
        operation.cancelRequested = true
        return [.broadcastCancel]
    }
}

extension OperationRecord {
    private mutating func hurry(at moment: Moment) -> [OperationEffect] {
        if let retryAt = operation.retryAt { operation.retryAt = min(retryAt, moment.now) }
        return []
    }

    private mutating func succeed(at moment: Moment) -> [OperationEffect] {
        operation.error = nil
        return close(.succeeded, .succeeded, at: moment)
    }

    /// The latest attempt did not succeed.
    private mutating func failed(_ error: WorkError, at moment: Moment, _ policy: RetryPolicy) -> [OperationEffect] {
        operation.error = error
        if operation.cancelRequested || error.disposition == .cancelled {
            return close(.cancelled, .cancelled, at: moment)
        }
        if error.isCharged { operation.charged += 1 }
        guard error.disposition == .transient, operation.charged < policy.limit else { return fail(error, at: moment) }
        if hasSuccessor { return close(.superseded, .superseded, at: moment) }
        if error.blocksValue {
            operation.status = .queued
            return [.reassign(error)]
        }
        let failures = max(operation.charged, 1)
        operation.status = .retrying
        operation.retryAt = moment.now.addingTimeInterval(
            policy.delay(afterFailures: failures, jitter: moment.jitter, notBefore: error.notBefore))
        return operation.kind == .create && error.isOfWhatWasMade ? [.startOver(error)] : []
    }

    private mutating func fail(_ error: WorkError, at moment: Moment) -> [OperationEffect] {
        operation.error = error
        return close(.failed, .failed(error), at: moment)
    }

    /// Ends an operation that is not in flight; one in flight ends by its outcome.
    private mutating func leave(_ status: OperationStatus, _ end: OperationEnd, at moment: Moment) -> [OperationEffect] {
        guard status == .cancelled || !operation.status.inFlight, !operation.status.hasEnded else { return [] }
        return close(status, end, at: moment)
    }

    private mutating func close(_ status: OperationStatus, _ end: OperationEnd, at moment: Moment) -> [OperationEffect] {
        operation.status = status
        operation.retryAt = nil
        operation.endedAt = moment.now
        return [.ended(end)]
    }

    private mutating func end(_ index: Int, _ result: Attempt.Result, _ error: WorkError?, at moment: Moment) {
        attempts[index].result = result
        attempts[index].error = error
        attempts[index].endedAt = moment.now
    }

    private func isLatest(_ id: AttemptID) -> Bool {
        operation.status.inFlight && attempts.last?.id == id
    }

    private func open(_ id: AttemptID) -> Int? {
        attempts.firstIndex { $0.id == id && $0.endedAt == nil }
    }

    private func unquiet(_ id: AttemptID) -> Int? {
        attempts.firstIndex { $0.id == id && $0.quietAt == nil }
    }
}

extension WorkError {
    /// Another port or subnet is assigned instead of a retry.
    public var blocksValue: Bool { (code == .portTaken || code == .subnetTaken) && value != nil }

    /// Whether it may lie in what was made: a host that died while it made a volume, a network or a container leaves one that looks
    /// whole, and yet can't be used or started.
    var isOfWhatWasMade: Bool { code == .nodeFailed || code == .notHealthy || (code == .hostRefused && node != nil) }

    /// Whether it counts against the operation.
    public var isCharged: Bool { code != .unfinished && code != .newerSchema && code != .termEnded && !blocksValue }
}

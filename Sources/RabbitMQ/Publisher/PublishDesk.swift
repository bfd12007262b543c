import CrashPoints
import Synchronization

/// Where callers leave their messages and the connection's thread fetches them.
final class PublishDesk: Sendable {
    private struct Caller {
        let continuation: CheckedContinuation<[Confirmation], Never>
        let deadline: ContinuousClock.Instant
    }

    /// Between two looks at what has waited for too long. A timer for each message would outlive it by the whole timeout.
    private static let sweepPause = (shortest: Duration.milliseconds(10), longest: Duration.milliseconds(100))

    private struct State {
        var ledger: PublishLedger
        var callers: [PublishLedger.BatchID: Caller] = [:]
        var isSwept = false
        /// Why nothing can be written now; nil: it can.
        var obstacle: BrokerError? = BrokerError(.stopped, "The service has not been started.")
        var hasEnded = false

        var canWrite: Bool { obstacle == nil && ledger.canTake }

        /// Whether nobody sweeps yet; from now on somebody does.
        mutating func takeSweeping() -> Bool {
            defer { isSwept = true }
            return !isSwept
        }

        /// Until the next look; `nil` when nobody waits: then nobody sweeps.
        mutating func pauseOfSweeper() -> Duration? {
            isSwept = !callers.isEmpty
            let next = callers.values.map(\.deadline).min()
            return next.map { min(max($0 - .now, PublishDesk.sweepPause.shortest), PublishDesk.sweepPause.longest) }
        }

        mutating func note(_ returned: Returned) {
            if let tag = returned.publishTag { ledger.returned(tag, code: returned.code, text: returned.text) }
        }
    }

    private let state: Mutex<State>

    init(window: Int, maximumBody: Int) {
        state = Mutex(State(ledger: PublishLedger(window: window, maximumBody: maximumBody)))
    }

    var isDrained: Bool { state.withLock { $0.ledger.isEmpty } }
}

// MARK: For callers

extension PublishDesk {
    /// Waits until each message is settled, and not much longer than until `deadline`: after that nothing is written.
    func publish(_ messages: [Message], until deadline: ContinuousClock.Instant, nudge: () -> Void) async -> [Confirmation] {
        guard !messages.isEmpty else { return [] }
        let batch = Mutex<PublishLedger.BatchID?>(nil)
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let id = enter(messages, deadline, continuation)
                batch.withLock { $0 = id }
                if Task.isCancelled { cancel(id) }
                nudge()
            }
        } onCancel: {
            // Not yet entered: the check above sees the cancellation.
            batch.withLock { $0 }.map(cancel)
        }
    }

    private func enter(
        _ messages: [Message], _ deadline: ContinuousClock.Instant, _ continuation: CheckedContinuation<[Confirmation], Never>
    ) -> PublishLedger.BatchID {
        let (id, finished, mustSweep) = state.withLock { state in
            let (id, finished) = state.ledger.add(messages, until: deadline)
            state.callers[id] = Caller(continuation: continuation, deadline: deadline)
            let refused = state.hasEnded ? state.ledger.expire(id, PublishDesk.ended) : nil
            return (id, finished ?? refused, state.takeSweeping())
        }
        if let finished { answer([finished]) }
        if mustSweep { Task { await sweep() } }
        return id
    }

    private func sweep() async {
        while let pause = state.withLock({ $0.pauseOfSweeper() }) {
            try? await Task.sleep(for: pause)
            expireOverdue(at: .now)
        }
    }

    private func expireOverdue(at now: ContinuousClock.Instant) {
        let finished = state.withLock { state in
            let error = state.obstacle ?? BrokerError(.timeout, "The broker did not confirm in time.")
            let overdue = state.callers.filter { $0.value.deadline <= now }.keys
            return overdue.sorted().compactMap { state.ledger.expire($0, error) }
        }
        answer(finished)
    }

    private func cancel(_ id: PublishLedger.BatchID) {
        let error = BrokerError(.cancelled, "The publishing task was cancelled.")
        if let finished = state.withLock({ $0.ledger.expire(id, error) }) { answer([finished]) }
    }

    private func answer(_ finished: [PublishLedger.Finished]) {
        for batch in finished {
            guard let caller = state.withLock({ $0.callers.removeValue(forKey: batch.batch) }) else { continue }
            caller.continuation.resume(returning: batch.confirmations)
        }
    }

    private static let ended = BrokerError(.stopped, "The service has ended.")
}

// MARK: For the connection's thread

extension PublishDesk {
    func linkPrepared() {
        state.withLock { $0.obstacle = nil }
    }

    func linkLost(_ error: BrokerError) {
        change { state in
            state.obstacle = error
            return state.ledger.linkLost(error)
        }
    }

    func ended() {
        change { state in
            state.hasEnded = true
            return state.ledger.expireAll(PublishDesk.ended)
        }
    }

    func handle(_ received: Received) {
        if case .confirmed(let tag, let multiple) = received { return confirmed(tag, multiple) }
        change { state in
            switch received {
            case .refused(let tag, let multiple): return state.ledger.refused(tag, multiple: multiple)
            case .returned(let returned): state.note(returned)
            case .blocked(let reason): state.obstacle = BrokerError(.blocked, "The broker takes no messages: \(reason).")
            case .unblocked: state.obstacle = nil
            case .confirmed, .delivered, .subscriptionCancelled, .subscriptionEnded: break
            }
            return []
        }
    }

    private func confirmed(_ tag: UInt64, _ multiple: Bool) {
        CrashPoint.beforeConfirm.reach()
        change { $0.ledger.confirmed(tag, multiple: multiple) }
        CrashPoint.afterConfirm.reach()
    }

    /// - Returns: whether more waits for the socket to become writable.
    func write(to link: Link) throws(BrokerError) -> Bool {
        while state.withLock({ $0.canWrite }) {
            guard link.isWritable else { return true }
            CrashPoint.beforePublish.reach()
            // The last thing before the write: this process may have stood still since the batch was entered.
            guard let outgoing = state.withLock({ $0.ledger.take(at: .now) }) else { return false }
            do throws(BrokerError) {
                try link.publish(outgoing.message, tag: outgoing.tag)
                CrashPoint.afterPublish.reach()
            } catch {
                change { $0.ledger.unwritten(outgoing.tag, error) }
                throw error
            }
        }
        return false
    }

    private func change(_ change: (inout State) -> [PublishLedger.Finished]) {
        answer(state.withLock { change(&$0) })
    }
}

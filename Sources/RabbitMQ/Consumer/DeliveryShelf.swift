import CrashPoints
import DequeModule
import Synchronization

/// Between the connection's thread, which puts deliveries here, and the tasks that take, acknowledge and reject them.
///
/// *Subscribed* until told to stop; *ending* until the broker has answered the cancel; then *ended*, for good. A lost link
/// empties the shelf: the broker delivers all of it again, and words about it mean nothing to the next session.
final class DeliveryShelf: Sendable {
    enum Phase {
        case subscribed, ending, ended
    }

    private struct Taker {
        let id: UInt64
        let limit: BatchLimit
        let continuation: CheckedContinuation<[Delivery], Never>
    }

    private struct State {
        var phase = Phase.subscribed
        var mustUnsubscribe = false
        var session: Session?
        var fresh: Deque<Delivery> = []
        var held = HeldDeliveries()
        var words: Deque<HeldDeliveries.Word> = []
        var takers: Deque<Taker> = []
        var nextTaker: UInt64 = 0
        var enders: [CheckedContinuation<Void, Never>] = []

        mutating func takeFresh(_ limit: BatchLimit) -> [Delivery] {
            let count = limit.count(of: fresh)
            defer { fresh.removeFirst(count) }
            return Array(fresh.prefix(count))
        }

        mutating func nextServed() -> (CheckedContinuation<[Delivery], Never>, [Delivery])? {
            guard !fresh.isEmpty || phase == .ended, let taker = takers.popFirst() else { return nil }
            return (taker.continuation, takeFresh(taker.limit))
        }

        mutating func takeUnsubscription() -> Bool {
            defer { mustUnsubscribe = false }
            return mustUnsubscribe
        }
    }

    private let state = Mutex(State())
}

// MARK: For callers

extension DeliveryShelf {
    /// Waits for at least one; empty: there will be no more, or the task was cancelled.
    func take(upTo limit: BatchLimit) async -> [Delivery] {
        let id = state.withLock { state in
            state.nextTaker += 1
            return state.nextTaker
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer: [Delivery]? = state.withLock { state in
                    // Asked under the lock: a cancellation after this finds the taker.
                    if Task.isCancelled { return [] }
                    if !state.fresh.isEmpty { return state.takeFresh(limit) }
                    if state.phase == .ended { return [] }
                    state.takers.append(Taker(id: id, limit: limit, continuation: continuation))
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            giveUp(id)
        }
    }

    private func giveUp(_ id: UInt64) {
        let taker = state.withLock { state in
            state.takers.firstIndex { $0.id == id }.map { state.takers.remove(at: $0) }
        }
        taker?.continuation.resume(returning: [])
    }

    func acknowledge(_ deliveries: [Delivery]) {
        state.withLock { state in
            let tags = deliveries.filter { $0.session == state.session }.map(\.tag)
            state.words += state.held.acknowledge(Set(tags))
        }
    }

    func acknowledge(upTo delivery: Delivery) {
        state.withLock { state in
            guard delivery.session == state.session else { return }
            state.words += state.held.acknowledge(upTo: delivery.tag)
        }
    }

    func reject(_ delivery: Delivery, requeue: Bool) {
        state.withLock { state in
            guard delivery.session == state.session else { return }
            state.words += state.held.reject(delivery.tag, requeue: requeue)
        }
    }

    /// Returns when the broker delivers no more.
    func stopDelivering(nudge: () -> Void) async {
        beginEnding()
        nudge()
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if state.phase != .ended { state.enders.append(continuation) }
                return state.phase == .ended
            }
            if isOver { continuation.resume() }
        }
    }
}

// MARK: For the connection's thread

extension DeliveryShelf {
    var isSubscribing: Bool { state.withLock { $0.phase == .subscribed } }

    /// Nothing that has come is unacknowledged, and more is wanted.
    var isIdle: Bool {
        state.withLock { $0.phase == .subscribed && $0.session != nil && $0.held.isEmpty && $0.words.isEmpty }
    }

    var isDrained: Bool {
        state.withLock { $0.phase == .ended && $0.held.isEmpty && $0.words.isEmpty }
    }

    func linkPrepared(_ session: Session) {
        state.withLock { $0.session = session }
    }

    func put(_ delivery: Delivery) {
        state.withLock { state in
            state.fresh.append(delivery)
            state.held.add(delivery.tag)
        }
    }

    /// Hands out what has come, as much at once as there is.
    func serveTakers() {
        while let (taker, deliveries) = state.withLock({ $0.nextServed() }) {
            taker.resume(returning: deliveries)
        }
    }

    func write(to link: Link) throws(BrokerError) -> Bool {
        if state.withLock({ $0.takeUnsubscription() }) { try link.unsubscribe() }
        while let word = state.withLock({ $0.words.first }) {
            guard link.isWritable else { return true }
            CrashPoint.beforeAck.reach()
            try link.say(word)
            CrashPoint.afterAck.reach()
            _ = state.withLock { $0.words.popFirst() }
        }
        return false
    }

    func beginEnding() {
        let isOver = state.withLock { state in
            guard state.phase == .subscribed else { return false }
            state.phase = .ending
            state.mustUnsubscribe = state.session != nil
            return state.session == nil
        }
        if isOver { subscriptionEnded() }
    }

    func linkLost() {
        let isEnding = state.withLock { state in
            (state.session, state.fresh, state.held, state.words) = (nil, [], HeldDeliveries(), [])
            return state.phase == .ending
        }
        if isEnding { subscriptionEnded() }
    }

    /// Nothing more will come; what has come can still be taken.
    func subscriptionEnded() {
        let (enders, takers) = state.withLock { state in
            state.phase = .ended
            defer { (state.enders, state.takers) = ([], state.fresh.isEmpty ? [] : state.takers) }
            return (state.enders, state.fresh.isEmpty ? state.takers : [])
        }
        for ender in enders { ender.resume() }
        for taker in takers { taker.continuation.resume(returning: []) }
    }
}

/// How much is taken at once: so many deliveries, and of more than one so many bytes.
struct BatchLimit {
    var deliveries: Int
    var bytes = Int.max

    func count(of fresh: Deque<Delivery>) -> Int {
        var (count, size) = (0, 0)
        for delivery in fresh.prefix(deliveries) {
            size += delivery.body.count
            guard count == 0 || size <= bytes else { break }
            count += 1
        }
        return count
    }
}

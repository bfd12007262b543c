import DequeModule
import Synchronization

/// Between the connection's thread, which puts deliveries here, and the tasks that take, acknowledge and reject them.
///
/// *Subscribed* or *paused*, as it was told last; told to stop, *ending* until the broker has answered the cancel; then *ended*,
/// for good. A lost link empties the shelf: the broker delivers all of it again, and words about it mean nothing to the next
/// session. A pause empties it too, by giving all of it back; what was on its way then follows as it comes.
final class DeliveryShelf: Sendable {
    enum Phase {
        case subscribed, paused, ending, ended
    }

    /// What to tell the broker.
    enum Order: Hashable {
        case say(HeldDeliveries.Word)
        case pause
        case resume
        /// For good; `.subscriptionEnded` answers.
        case unsubscribe
    }

    private struct Taker {
        let id: UInt64
        let limit: BatchLimit
        let continuation: CheckedContinuation<[Delivery], Never>
    }

    private struct State {
        var phase = Phase.subscribed
        var session: Session?
        var fresh: Deque<Delivery> = []
        var held = HeldDeliveries()
        /// For the present session.
        var orders: Deque<Order> = []
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

        mutating func order(_ order: Order) {
            if session != nil { orders.append(order) }
        }

        mutating func say(_ words: [HeldDeliveries.Word]) {
            for word in words { order(.say(word)) }
        }
    }

    private let state: Mutex<State>

    init(isPaused: Bool = false) {
        state = Mutex(State(phase: isPaused ? .paused : .subscribed))
    }
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
            state.say(state.held.acknowledge(Set(tags)))
        }
    }

    func acknowledge(upTo delivery: Delivery) {
        state.withLock { state in
            guard delivery.session == state.session else { return }
            state.say(state.held.acknowledge(upTo: delivery.tag))
        }
    }

    func reject(_ delivery: Delivery, requeue: Bool) {
        state.withLock { state in
            guard delivery.session == state.session else { return }
            state.say(state.held.reject(delivery.tag, requeue: requeue))
        }
    }

    func holds(_ delivery: Delivery) -> Bool {
        state.withLock { $0.session == delivery.session && $0.held.contains(delivery.tag) }
    }

    /// The cancel goes first: otherwise the broker would deliver to us again what we give back.
    func pause() {
        state.withLock { state in
            if state.phase == .subscribed {
                state.phase = .paused
                state.order(.pause)
            }
            state.fresh = []
            state.say(state.held.giveBack())
        }
    }

    func resume() {
        state.withLock { state in
            guard state.phase == .paused else { return }
            state.phase = .subscribed
            state.order(.resume)
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
        state.withLock { $0.phase == .subscribed && $0.session != nil && $0.held.isEmpty && $0.orders.isEmpty }
    }

    var isDrained: Bool {
        state.withLock { $0.phase == .ended && $0.held.isEmpty && $0.orders.isEmpty }
    }

    /// - Parameter isSubscribed: whether the session has a subscription; in the meantime the opposite may have been asked for.
    func linkPrepared(_ session: Session, isSubscribed: Bool) {
        state.withLock { state in
            state.session = session
            if state.phase == .subscribed, !isSubscribed { state.order(.resume) }
            if state.phase != .subscribed, isSubscribed { state.order(.pause) }
        }
    }

    func put(_ delivery: Delivery) {
        state.withLock { state in
            guard state.phase == .subscribed || state.phase == .ending else {
                // It was on its way when the broker was told to send no more.
                return state.order(.say(.reject(delivery.tag, requeue: true)))
            }
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

    /// What the broker is to be told next. Stays until `told`, so that a shelf with orders is not drained.
    var nextOrder: Order? { state.withLock { $0.orders.first } }

    func told() {
        _ = state.withLock { $0.orders.popFirst() }
    }

    func beginEnding() {
        let isOver = state.withLock { state in
            guard state.phase == .subscribed else { return state.phase == .paused }
            state.phase = .ending
            state.order(.unsubscribe)
            return state.session == nil
        }
        if isOver { subscriptionEnded() }
    }

    func linkLost() {
        let isEnding = state.withLock { state in
            (state.session, state.fresh, state.held, state.orders) = (nil, [], HeldDeliveries(), [])
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

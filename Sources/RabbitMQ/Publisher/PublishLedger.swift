import DequeModule

/// What a publisher knows of the messages handed to it: which wait, which are under way, what became of them. Pure.
///
/// A message is *waiting* until it is taken, *in flight* until its confirm, then settled. A batch is finished when all its
/// messages are settled. When the link is lost those in flight are `unknown` and those waiting wait for the next link.
/// A batch whose time is over is taken from no more, and settled as it stands; its messages in flight keep their places in the
/// window.
struct PublishLedger {
    typealias BatchID = UInt64

    struct Finished {
        let batch: BatchID
        let confirmations: [Confirmation]
    }

    struct Outgoing {
        let tag: UInt64
        let message: Message
    }

    private struct Batch {
        let messages: [Message]
        let deadline: ContinuousClock.Instant
        var outcomes: [Confirmation?]
        var unsettled: Int
        /// The first that was not yet taken.
        var next = 0
    }

    private struct Flight {
        let batch: BatchID
        let index: Int
        /// What `basic.return` said; the confirm follows it.
        var returned: Confirmation?
    }

    /// How many may be in flight.
    let window: Int
    let maximumBody: Int
    private var batches: [BatchID: Batch] = [:]
    /// The batches that have untaken messages, oldest first.
    private var waiting: Deque<BatchID> = []
    private var flights = Flights<Flight>()
    private var nextID: BatchID = 0

    init(window: Int, maximumBody: Int) {
        self.window = window
        self.maximumBody = maximumBody
    }

    var isEmpty: Bool { batches.isEmpty }
    var canTake: Bool { !waiting.isEmpty && flights.count < window }

    /// - Parameters:
    ///   - messages: not empty. Those that can't be sent at all are settled at once.
    ///   - deadline: nothing of it is taken from then on, though only `expire` settles it.
    mutating func add(_ messages: [Message], until deadline: ContinuousClock.Instant) -> (BatchID, Finished?) {
        nextID += 1
        let outcomes = messages.map { $0.defect(maximumBody: maximumBody).map(Confirmation.unsent) }
        let unsettled = outcomes.count { $0 == nil }
        guard unsettled > 0 else { return (nextID, Finished(batch: nextID, confirmations: outcomes.compactMap { $0 })) }
        batches[nextID] = Batch(messages: messages, deadline: deadline, outcomes: outcomes, unsettled: unsettled)
        waiting.append(nextID)
        return (nextID, nil)
    }

    /// The next message to write, if the window has room.
    mutating func take(at now: ContinuousClock.Instant) -> Outgoing? {
        while canTake, let id = waiting.first, let batch = batches[id] {
            guard now < batch.deadline else {
                waiting.removeFirst()
                continue
            }
            let index = batch.next
            batches[id]?.next += 1
            if index + 1 == batch.messages.count { waiting.removeFirst() }
            if batch.outcomes[index] == nil {
                return Outgoing(tag: flights.append(Flight(batch: id, index: index)), message: batch.messages[index])
            }
        }
        return nil
    }

    mutating func confirmed(_ tag: UInt64, multiple: Bool) -> [Finished] {
        flights.remove(tag, multiple: multiple).compactMap { settle($0, $0.returned ?? .confirmed) }
    }

    mutating func refused(_ tag: UInt64, multiple: Bool) -> [Finished] {
        flights.remove(tag, multiple: multiple).compactMap { settle($0, .refused) }
    }

    mutating func returned(_ tag: UInt64, code: Int, text: String) {
        flights.update(tag) { $0.returned = .returned(code: code, text: text) }
    }

    /// It was taken, and could not be written whole.
    mutating func unwritten(_ tag: UInt64, _ error: BrokerError) -> [Finished] {
        flights.remove(tag, multiple: false).compactMap { settle($0, .unsent(error)) }
    }

    mutating func linkLost(_ error: BrokerError) -> [Finished] {
        flights.removeAll().compactMap { settle($0, .unknown(error)) }
    }

    /// Settles what is left of a batch.
    mutating func expire(_ id: BatchID, _ error: BrokerError) -> Finished? {
        guard let batch = batches.removeValue(forKey: id) else { return nil }
        waiting.removeAll { $0 == id }
        let confirmations = batch.outcomes.enumerated().map { index, outcome in
            outcome ?? (index < batch.next ? .unknown(error) : .unsent(error))
        }
        return Finished(batch: id, confirmations: confirmations)
    }

    mutating func expireAll(_ error: BrokerError) -> [Finished] {
        batches.keys.sorted().compactMap { expire($0, error) }
    }

    private mutating func settle(_ flight: Flight, _ outcome: Confirmation) -> Finished? {
        guard batches[flight.batch] != nil else { return nil }
        batches[flight.batch]?.outcomes[flight.index] = outcome
        batches[flight.batch]?.unsettled -= 1
        guard let batch = batches[flight.batch], batch.unsettled == 0 else { return nil }
        batches[flight.batch] = nil
        return Finished(batch: flight.batch, confirmations: batch.outcomes.compactMap { $0 })
    }
}

import Testing

@testable import RabbitMQ

@Suite("Publish ledger")
struct PublishLedgerTests {
    private let error = BrokerError(.disconnected, "cut")
    private let now = ContinuousClock.now
    private var later: ContinuousClock.Instant { now + .seconds(1) }

    private func messages(_ count: Int) -> [Message] {
        (0..<count).map { Message(exchange: "", routingKey: "\($0)", body: []) }
    }

    private func ledger(window: Int) -> PublishLedger {
        PublishLedger(window: window, maximumBody: 10)
    }

    @Test("No more are taken than the window holds, in order, numbered from 1")
    func window() {
        var ledger = ledger(window: 3)
        _ = ledger.add(messages(2), until: later)
        _ = ledger.add(messages(5), until: later)
        var taken: [PublishLedger.Outgoing] = []
        while let next = ledger.take(at: now) { taken.append(next) }
        #expect(taken.map(\.tag) == [1, 2, 3])
        #expect(taken.map(\.message.routingKey) == ["0", "1", "0"])
        #expect(ledger.confirmed(2, multiple: true).map(\.confirmations) == [[.confirmed, .confirmed]])
        #expect(ledger.take(at: now)?.tag == 4)
    }

    @Test("Whatever the order of confirms, each message gets the answer that was given for it", arguments: 0..<200)
    func anyOrder(seed: UInt64) {
        var random = Seeded(seed)
        var ledger = ledger(window: Int.random(in: 1...12, using: &random))
        var expected: [PublishLedger.BatchID: [RabbitMQ.Confirmation?]] = [:]
        var results: [PublishLedger.BatchID: [RabbitMQ.Confirmation]] = [:]
        for _ in 0..<6 {
            let batch = messages(Int.random(in: 1...9, using: &random))
            expected[ledger.add(batch, until: later).0] = Array(repeating: nil, count: batch.count)
        }
        var open: [UInt64: (PublishLedger.BatchID, Int)] = [:]
        var order = expected.keys.sorted().flatMap { id in expected[id]?.indices.map { (id, $0) } ?? [] }[...]
        while results.count < expected.count {
            while let outgoing = ledger.take(at: now) { open[outgoing.tag] = order.popFirst() }
            guard let tag = open.keys.sorted().randomElement(using: &random) else { break }
            let multiple = Bool.random(using: &random)
            let refused = Bool.random(using: &random)
            let settled = multiple ? open.keys.filter { $0 <= tag } : [tag]
            for tag in settled {
                guard let (id, index) = open.removeValue(forKey: tag) else { continue }
                expected[id]?[index] = refused ? .refused : .confirmed
            }
            let finished = refused ? ledger.refused(tag, multiple: multiple) : ledger.confirmed(tag, multiple: multiple)
            for batch in finished { results[batch.batch] = batch.confirmations }
        }
        #expect(results == expected.mapValues { $0.compactMap { $0 } })
        #expect(ledger.isEmpty)
    }

    @Test("A returned message is returned, though it is confirmed as well; a stranger's return changes nothing")
    func returned() {
        var ledger = ledger(window: 5)
        _ = ledger.add(messages(2), until: later)
        while ledger.take(at: now) != nil {}
        ledger.returned(1, code: 312, text: "NO_ROUTE")
        ledger.returned(77, code: 312, text: "NO_ROUTE")
        #expect(
            ledger.confirmed(2, multiple: true).map(\.confirmations) == [[.returned(code: 312, text: "NO_ROUTE"), .confirmed]])
    }

    @Test("A lost link makes what was written unknown, and the rest goes out on the next one, numbered from 1 again")
    func lostLink() {
        var ledger = ledger(window: 2)
        _ = ledger.add(messages(3), until: later)
        _ = (ledger.take(at: now), ledger.take(at: now))
        #expect(ledger.linkLost(error).isEmpty)
        #expect(ledger.take(at: now)?.tag == 1)
        #expect(ledger.confirmed(1, multiple: false).map(\.confirmations) == [[.unknown(error), .unknown(error), .confirmed]])
    }

    @Test("A batch out of time is settled as it stands: confirmed, unknown, unsent")
    func expired() {
        var ledger = ledger(window: 2)
        let (id, _) = ledger.add(messages(3), until: later)
        _ = (ledger.take(at: now), ledger.take(at: now))
        _ = ledger.confirmed(1, multiple: false)
        #expect(ledger.expire(id, error)?.confirmations == [.confirmed, .unknown(error), .unsent(error)])
        #expect(ledger.expire(id, error)?.confirmations == nil)
        #expect(ledger.take(at: now)?.tag == nil)
        #expect(ledger.confirmed(2, multiple: false).isEmpty)
    }

    @Test("From its deadline on nothing of a batch is taken, though nobody has settled it yet; the next batch is")
    func deadline() {
        var ledger = ledger(window: 5)
        let (id, _) = ledger.add(messages(3), until: later)
        _ = ledger.add([Message(exchange: "", routingKey: "next", body: [])], until: later + .seconds(1))
        #expect(ledger.take(at: now)?.message.routingKey == "0")
        #expect(ledger.take(at: later)?.message.routingKey == "next")
        #expect(ledger.take(at: now)?.tag == nil)
        #expect(ledger.confirmed(1, multiple: false).isEmpty)
        #expect(ledger.expire(id, error)?.confirmations == [.confirmed, .unsent(error), .unsent(error)])
    }

    @Test("A message that could not be written whole was certainly not sent")
    func unwritten() {
        var ledger = ledger(window: 2)
        _ = ledger.add(messages(1), until: later)
        _ = ledger.take(at: now)
        #expect(ledger.unwritten(1, error).map(\.confirmations) == [[.unsent(error)]])
    }

    @Test("Confirms of numbers never given or already settled change nothing")
    func strangeConfirms() {
        var ledger = ledger(window: 5)
        _ = ledger.add(messages(3), until: later)
        while ledger.take(at: now) != nil {}
        #expect(ledger.confirmed(9, multiple: false).isEmpty)
        #expect(ledger.confirmed(0, multiple: true).isEmpty)
        #expect(ledger.confirmed(2, multiple: false).isEmpty)
        #expect(ledger.confirmed(2, multiple: false).isEmpty)
        #expect(ledger.confirmed(99, multiple: true).map(\.confirmations) == [[.confirmed, .confirmed, .confirmed]])
    }

    @Test("What AMQP can't carry is not sent")
    func defects() {
        let long = String(repeating: "é", count: 128)
        let good = Message(exchange: "", routingKey: String(repeating: "k", count: 255), body: [1])
        let bad = [
            Message(exchange: long, routingKey: "", body: []), Message(exchange: "", routingKey: long, body: []),
            Message(exchange: "", routingKey: "", body: [], messageID: long),
            Message(exchange: "", routingKey: "", body: [], correlationID: long),
            Message(exchange: "", routingKey: "", body: [], replyTo: long),
            Message(exchange: "", routingKey: "", body: [], contentType: long),
            Message(exchange: "", routingKey: "", body: [], headers: [long: 1]),
            Message(exchange: "", routingKey: "", body: [], headers: ["h": .bytes(Array(repeating: 0, count: 65_536))]),
            Message(exchange: "", routingKey: "", body: Array(repeating: 0, count: 11)),
        ]
        #expect(bad.allSatisfy { $0.defect(maximumBody: 10) != nil })
        #expect(good.defect(maximumBody: 10) == nil)
        var ledger = ledger(window: 5)
        #expect(ledger.add(bad, until: later).1?.confirmations.count == bad.count)
        #expect(ledger.isEmpty && ledger.take(at: now)?.tag == nil)
    }
}

/// The same numbers for the same seed (SplitMix64).
struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

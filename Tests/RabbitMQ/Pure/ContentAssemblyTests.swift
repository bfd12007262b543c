import Testing

@testable import RabbitMQ

@Suite("Content assembly")
struct ContentAssemblyTests {
    private static let receipt = ContinuousClock.now
    private let delivery = ContentAssembly.Opening.delivery(
        tag: 9, redelivered: true, exchange: "e", routingKey: "k", at: receipt)

    private func body(_ bytes: [UInt8], to assembly: inout ContentAssembly) throws -> Received? {
        try bytes.withUnsafeBytes { part in try assembly.body(part) }
    }

    private func isUnfinished(_ received: Received?) -> Bool {
        if case nil = received { true } else { false }
    }

    @Test("A body in parts is whole after the last")
    func parts() throws {
        var assembly = ContentAssembly(session: Session(), limit: 100)
        try assembly.begin(delivery)
        #expect(try isUnfinished(assembly.header(.init(messageID: "m"), size: 3)))
        #expect(try isUnfinished(body([1], to: &assembly)))
        guard case .delivered(let whole) = try body([2, 3], to: &assembly) else { return #expect(Bool(false)) }
        #expect(whole.body == [1, 2, 3] && whole.messageID == "m" && whole.redelivered && whole.tag == 9)
        #expect(whole.receivedAt == Self.receipt)
    }

    @Test("No more is kept than the limit")
    func limit() throws {
        var assembly = ContentAssembly(session: Session(), limit: 2)
        try assembly.begin(delivery)
        _ = try assembly.header(.init(), size: 6)
        _ = try body([1], to: &assembly)
        _ = try body([2, 3, 4], to: &assembly)
        guard case .delivered(let cut) = try body([5, 6], to: &assembly) else { return #expect(Bool(false)) }
        #expect(cut.body == [1, 2] && cut.size == 6 && cut.isTruncated)
    }

    @Test("A returned message tells its publish tag; a delivery hides it")
    func publishTag() throws {
        var assembly = ContentAssembly(session: Session(), limit: 2)
        let properties = ContentAssembly.Properties(headers: [PublishTag.header: 41, "other": 1])
        try assembly.begin(.returned(code: 312, text: "NO_ROUTE"))
        guard case .returned(let returned) = try assembly.header(properties, size: 0) else { return #expect(Bool(false)) }
        #expect(returned.publishTag == 41 && returned.code == 312)
        try assembly.begin(delivery)
        guard case .delivered(let whole) = try assembly.header(properties, size: 0) else { return #expect(Bool(false)) }
        #expect(whole.headers == ["other": 1])
    }

    @Test("Frames out of order are an error, not a crash")
    func disorder() throws {
        var assembly = ContentAssembly(session: Session(), limit: 2)
        #expect(throws: BrokerError.self) { try assembly.header(.init(), size: 1) }
        #expect(throws: BrokerError.self) { try body([1], to: &assembly) }
        try assembly.begin(delivery)
        #expect(throws: BrokerError.self) { try assembly.begin(delivery) }
        _ = try assembly.header(.init(), size: 1)
        #expect(throws: BrokerError.self) { try body([1, 2], to: &assembly) }
    }
}

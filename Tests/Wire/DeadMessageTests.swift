import Model
import Testing

@testable import RabbitMQ
@testable import Wire

/// Whatever comes from a broker can be put aside.
@Suite struct DeadMessageTests {
    private static let maximumBody = 1000

    private static func delivery(_ headers: [String: FieldValue], name: String = "queue") -> Delivery {
        Delivery(
            body: Array(repeating: 7, count: maximumBody), size: 5000, headers: headers, redelivered: false, exchange: name,
            routingKey: name, contentType: name, messageID: name, correlationID: nil, replyTo: nil, receivedAt: .now,
            session: Session(), tag: 1)
    }

    private static let long = String(repeating: "n", count: 255)
    /// 255 bytes that were no UTF-8.
    private static let grown = String(repeating: "\u{FFFD}", count: 255)

    private static let strange: [[String: FieldValue]] = [
        [:],
        [long: .string("too long a name"), "continuo-key": .string("kept")],
        [grown: .null],
        ["large": .bytes(Array(repeating: 1, count: 100_000)), "continuo-key": .string("kept")],
        Dictionary(uniqueKeysWithValues: (0..<5000).map { ("header-\($0)", .integer(Int64($0))) }),
        ["nested": .list((0..<3000).map { .table(["\($0)": .string("\($0) of many")]) })],
        ["x-death": .table([grown: .string(grown)])],
        // What a message in the queue of the dead says of itself is said anew.
        [Queues.deadReason: .string("a lie"), Queues.deadDetail: .string(String(repeating: "x", count: 70_000))],
    ]

    @Test(arguments: strange, ["queue", long, grown])
    func canBeSent(headers: [String: FieldValue], name: String) {
        let detail = String(repeating: "\u{1F469}\u{200D}\u{1F680}", count: 5000)
        let delivery = Self.delivery(headers, name: name)
        for message in [Message.dead(delivery, reason: "unsigned", detail: detail), .copy(of: delivery, to: Queues.reports)] {
            #expect(message.defect(maximumBody: Self.maximumBody) == nil)
        }
        let dead = Message.dead(delivery, reason: "unsigned", detail: "no signature")
        #expect(dead.headers[Queues.deadReason] == .string("unsigned"))
        if headers["continuo-key"] != nil { #expect(dead.headers["continuo-key"] == .string("kept")) }
    }

    @Test func eachHasAnIDOfItsOwn() throws {
        let delivery = Self.delivery([Queues.deadID: .string("a lie")])
        let ids = (0..<2).map { _ in Message.dead(delivery, reason: "unsigned", detail: "x").headers[Queues.deadID]?.string ?? ""
        }
        #expect(Set(ids).count == 2 && ids.allSatisfy { Identifier<Delivery>($0) != nil })
    }

    @Test func saysHowManyHeadersAreLeftOut() {
        let plain = Message.dead(Self.delivery(["a": .integer(1)]), reason: "unsigned", detail: "no signature")
        #expect(plain.headers[Queues.deadDetail] == .string("no signature") && plain.headers["a"] == .integer(1))
        let strange = Self.delivery([Self.long: .null, "b": .string(String(repeating: "b", count: 70_000)), "a": .integer(1)])
        let dead = Message.dead(strange, reason: "unsigned", detail: "no signature")
        #expect(dead.headers["a"] == .integer(1) && dead.headers["b"] == nil)
        #expect(
            dead.headers[Queues.deadDetail]
                == .string("no signature; headers that are too long or too many were left out: 2"))
    }
}

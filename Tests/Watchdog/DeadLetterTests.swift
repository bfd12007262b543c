import FoundationEssentials
import Ledger
import Model
import RabbitMQ
import TestServers
import Testing
import Wire

@testable import Watchdog

/// What was set aside, on its way to where operators find it.
@Suite(.serialized) struct DeadLetterTests {
    @Test func whatAnybodyPutsThereIsPutOnRecord() async throws {
        try await WatchdogFixture.with { world in
            let body = [UInt8](repeating: 7, count: DeadLetter.bodyLimit + 1)
            let id = DeadLetterID.fresh()
            let headers: [String: FieldValue] = [
                "nul": "a\u{0}b", "bytes": .bytes([1, 2]), "number": .double(1.5), "table": .table(["x": .list([.null])]),
                "long": .string(String(repeating: "x", count: 5000)), "time": .timestamp(1_800_000_000),
            ]
            try await world.publish(Message(exchange: "", routingKey: Queues.dead, body: body, headers: headers, mandatory: true))
            try await world.publish(
                Message(
                    exchange: "", routingKey: Queues.dead, body: [],
                    headers: [
                        Queues.deadID: .string(id.description), Queues.deadReason: "tampered",
                        Queues.deadExchange: .string(Queues.commandsExchange),
                        Queues.deadRoutingKey: "memory.default",
                    ], mandatory: true))
            try await world.watching {
                let letters = try await eventually("both are on record") {
                    let letters = try await world.ledger.deadLetters().items
                    return letters.count == 2 ? letters : nil
                }
                #expect(letters.first { $0.reason == "tampered" }?.id == id)
                #expect(letters.first { $0.reason == "unknown" }?.size == DeadLetter.bodyLimit + 1)
                #expect(letters.first { $0.reason == "tampered" }?.queue == Queues.commands(.memory, "default"))
            }
        }
    }
}

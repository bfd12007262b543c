import FoundationEssentials
import Ledger
import Model
import Testing

@Suite struct DeadLetterTests {
    private static func letter(_ reason: String, _ world: World) -> DeadLetter {
        DeadLetter(
            at: world.time.now, queue: "q", reason: reason, detail: nil, headers: .object(["x": .string("a\u{0}")]), size: 70_000)
    }

    @Test func theNewestAreKept() async throws {
        try await World.with { world in
            for index in 0..<5 {
                // Fresh ids are in order only from one millisecond to the next.
                try await Task.sleep(for: .milliseconds(2))
                try await world.ledger.bury(
                    [(Self.letter("r\(index)", world), [UInt8](repeating: 1, count: 70_000))], keeping: 3)
            }
            let page = try await world.ledger.deadLetters(PageRequest(limit: 2))
            #expect(page.items.map(\.reason) == ["r2", "r3"] && page.next != nil)
            #expect(page.items[0].size == 70_000 && page.items[0].headers == .object(["x": .string("a")]))
            #expect(try await world.ledger.deadLetterCount() == 3)
            #expect(try await world.count("dead_letters WHERE length(body) = 65536") == 3)
        }
    }

    /// Anyone may have chosen the id.
    @Test func anIDFromTheFutureKeepsNoPlace() async throws {
        try await World.with { world in
            var forged = Self.letter("forged", world)
            forged.id = try #require(DeadLetterID("ffffffff-ffff-7fff-bfff-ffffffffffff"))
            try await world.ledger.bury([(forged, [])], keeping: 1)
            world.time.move(1)
            try await world.ledger.bury([(Self.letter("real", world), [])], keeping: 1)
            #expect(try await world.ledger.deadLetters().items.map(\.reason) == ["real"])
        }
    }

    @Test func oneThatComesAgainIsStillOne() async throws {
        try await World.with { world in
            let letter = Self.letter("tampered", world)
            try await world.ledger.bury([(letter, [1])])
            try await world.ledger.bury([(letter, [1]), (Self.letter("unsigned", world), [2])])
            #expect(Set(try await world.ledger.deadLetters().items.map(\.reason)) == ["tampered", "unsigned"])
            #expect(try await world.ledger.deadLetterCount() == 2)
        }
    }

    @Test func oneIsDiscardedOnce() async throws {
        try await World.with { world in
            let letter = Self.letter("tampered", world)
            try await world.ledger.bury([(letter, [1])])
            try await world.ledger.deleteDeadLetter(letter.id)
            #expect(try await world.ledger.deadLetterCount() == 0)
            let again = await error { try await world.ledger.deleteDeadLetter(letter.id) }
            #expect(again == .notFound(what: "dead letter", id: letter.id.description))
        }
    }
}

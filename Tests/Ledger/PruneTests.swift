import FoundationEssentials
import Ledger
import Model
import Testing

/// What the ledger forgets.
@Suite struct PruneTests {
    private static let day = 86_400.0

    @Test func operationsAreKeptForNinetyDays() async throws {
        try await World.with { world in
            let host = try await world.activeHost()
            let chain = try await world.runningChain(on: host)
            let stop = try await world.ledger.request(.stop, chain: chain).operation
            try await world.serve()
            world.time.move(89 * Self.day)
            try await world.prune()
            #expect(try await world.count("operations") == 3)
            world.time.move(2 * Self.day)
            // The chain's first one goes; its latest stays, and so does the host's.
            try await world.prune()
            #expect(try await world.ledger.newestOperation(of: chain)?.id == stop.id)
            #expect(try await world.count("operations") == 2)
            #expect(try await world.count("attempts") == 2)
            #expect(try await world.prune() == 0)
        }
    }

    @Test func ofAChainThatIsGoneNothingStaysButTheHighestNumber() async throws {
        try await World.with { world in
            let host = try await world.activeHost()
            let first = try await world.runningChain(on: host)
            _ = try await world.ledger.request(.delete, chain: first)
            try await world.serve()
            let second = try await world.runningChain(on: host)
            _ = try await world.ledger.request(.delete, chain: second)
            try await world.serve()
            world.time.move(91 * Self.day)
            let before = try await world.count("operations")
            try await world.prune()
            #expect(try await world.count("operations") == before - 3)
            #expect(try await world.count("operations WHERE chain = '\(second)'") == 1)
        }
    }

    @Test func whatIsOpenStaysHoweverOldItIs() async throws {
        try await World.with { world in
            let host = try await world.activeHost()
            _ = try await world.createChain(on: host)
            let before = try await world.count("operations")
            world.time.move(400 * Self.day)
            try await world.prune()
            #expect(try await world.count("operations") == before)
        }
    }

    @Test func agentsAndEventsAreForgottenSooner() async throws {
        try await World.with { world in
            let host = try await world.activeHost()
            try await world.heartbeat()
            let requests = try await world.ledger.claimObservations(as: world.leader, patience: .zero)
            let stranger = ObservedChain(id: .fresh(), nodes: [], sequence: 0)
            try await world.see(host, number: requests[0].number, asOf: requests[0].asOf, [stranger], digest: "x")
            world.time.move(2 * Self.day)
            try await world.prune()
            #expect(try await world.count("agents") == 0)
            #expect(try await world.count("events WHERE kind = 'unknown-objects'") == 1)
            world.time.move(29 * Self.day)
            try await world.prune()
            #expect(try await world.count("events WHERE kind = 'unknown-objects'") == 0)
        }
    }

    @Test func eventsAreBounded() async throws {
        try await World.with { world in
            let host = try await world.activeHost()
            let requests = try await world.ledger.claimObservations(as: world.leader, patience: .zero)
            let strangers = (0..<3).map { _ in ObservedChain(id: .fresh(), nodes: [], sequence: 0) }
            try await world.see(host, number: requests[0].number, asOf: requests[0].asOf, strangers, digest: "x")
            var remembrance = Remembrance()
            remembrance.eventLimit = 2
            #expect(try await world.count("events") > 2)
            _ = try await world.ledger.prune(as: world.leader, remembrance)
            #expect(try await world.count("events") == 2)
        }
    }
}

extension World {
    @discardableResult
    fileprivate func prune() async throws -> Int {
        try await ledger.prune(as: leader)
    }
}

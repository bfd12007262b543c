import FoundationEssentials
import Ledger
import Model
import Testing

/// Commands that their queue has lost.
@Suite struct LossTests {
    @Test func aConfirmedCommandThatNobodyHasIsMissing() async throws {
        try await World.with { world in
            _ = try await world.activeHost()
            _ = try await world.createChain()
            world.time.move(30)
            // It may still be published.
            #expect(try await world.ledger.missingCommands().isEmpty)
            let command = try await world.receiveOne()
            let missing = try await world.ledger.missingCommands()
            #expect(missing.map(\.attempt) == [command.attempt.id])
            #expect(missing.map(\.driver) == [.memory] && missing.map(\.site) == ["default"])
            try await world.start(command)
            #expect(try await world.ledger.missingCommands().isEmpty)
        }
    }

    @Test func oneThatALiveAgentNamesIsNotMissing() async throws {
        try await World.with { world in
            _ = try await world.activeHost()
            _ = try await world.createChain()
            let command = try await world.receiveOne()
            world.time.move(30)
            try await world.heartbeat(.fresh(), working: [command.operation.id])
            #expect(try await world.ledger.missingCommands().isEmpty)
            world.time.move(41)
            #expect(try await world.ledger.missingCommands().count == 1)
        }
    }

    @Test func oneThatIsLostIsSentAgainAsARepeat() async throws {
        try await World.with { world in
            _ = try await world.activeHost()
            let (_, operation) = try await world.createChain()
            let first = try await world.receiveOne()
            world.time.move(30)
            let missing = try await world.ledger.missingCommands()
            #expect(try await world.ledger.sendAgain(missing, as: world.leader) == 1)
            let again = try await world.receiveOne()
            #expect(again.isRepeat && again.attempt.id == first.attempt.id)

            // An agent gives a repeat back, and a fresh attempt follows that somebody may act upon.
            #expect(try await world.take(.again(world.reference(again), .repeated)).isEmpty)
            let fresh = try await world.receiveOne()
            #expect(!fresh.isRepeat && fresh.attempt.number == 2)
            try await world.start(fresh)
            try await world.finish(fresh)
            #expect(try await world.ledger.operation(operation.id).0.charged == 0)
        }
    }

    @Test func whatHasStartedMeanwhileIsNotSentAgain() async throws {
        try await World.with { world in
            _ = try await world.activeHost()
            _ = try await world.createChain()
            let command = try await world.receiveOne()
            world.time.move(30)
            let missing = try await world.ledger.missingCommands()
            try await world.start(command)
            #expect(try await world.ledger.sendAgain(missing, as: world.leader) == 0)
            #expect(try await world.receive().isEmpty)
        }
    }
}

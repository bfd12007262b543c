import FoundationEssentials
import Ledger
import Model
import Testing

@Suite struct OutboxTests {
    @Test func severalRelaysNeverGetTheSameCommand() async throws {
        try await World.with(size: 6) { world in
            let host = try await world.activeHost(capacity: 40, parallel: 40)
            try await world.fillUp(host)
            let claimed = try await withThrowingTaskGroup(of: [Int].self) { group in
                for _ in 0..<12 {
                    group.addTask { try await world.ledger.claimCommands(limit: 7, for: .seconds(60)).commands.map(\.outboxID) }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(claimed.count == 40)
            #expect(Set(claimed).count == 40)
            #expect(try await world.receive().isEmpty)
        }
    }

    @Test func aClaimThatRanOutMakesARepeat() async throws {
        try await World.with { world in
            _ = try await world.activeHost()
            _ = try await world.createChain()
            let first = try await world.ledger.claimCommands(for: .zero).commands
            #expect(first.map(\.isRepeat) == [false])
            let second = try await world.ledger.claimCommands(for: .seconds(60)).commands
            #expect(second.map(\.isRepeat) == [true])
            #expect(second.map(\.attempt) == first.map(\.attempt))
            try await world.ledger.published(second.map(\.outboxID))
            #expect(try await world.count("outbox") == 0)
        }
    }

    @Test func whatWasCertainlyNotPublishedIsNoRepeat() async throws {
        try await World.with { world in
            _ = try await world.activeHost()
            _ = try await world.createChain()
            let first = try await world.ledger.claimCommands(for: .seconds(60)).commands
            try await world.ledger.unpublished(first.map(\.outboxID), retryIn: .zero)
            let doubtful = try await world.ledger.claimCommands(for: .zero).commands
            #expect(doubtful.map(\.isRepeat) == [false])
            // What one claim left in doubt, a later certain failure does not make certain.
            let third = try await world.ledger.claimCommands(for: .seconds(60)).commands
            try await world.ledger.unpublished(third.map(\.outboxID), retryIn: .zero)
            #expect(try await world.ledger.claimCommands(for: .zero).commands.map(\.isRepeat) == [true])
        }
    }

    @Test func aCommandThatAnAgentAnsweredLeavesTheOutbox() async throws {
        try await World.with { world in
            _ = try await world.activeHost()
            _ = try await world.createChain()
            let claimed = try await world.ledger.claimCommands(for: .zero).commands
            try await world.start(claimed[0])
            #expect(try await world.ledger.claimCommands(for: .zero).commands.isEmpty)
            #expect(try await world.count("outbox") == 0)
        }
    }

    @Test func aCommandHasAllThatAnAgentNeeds() async throws {
        try await World.with { world in
            let host = try await world.activeHost()
            let (chain, operation) = try await world.createChain()
            let command = try await world.receiveOne()
            #expect(command.host.id == host)
            #expect(command.attempt.number == 1 && command.attempt.operation == operation.id)
            #expect(
                command.work
                    == ChainWork(
                        id: chain.id, plan: chain.plan, desired: chain.desired, subnet: chain.subnet, ports: chain.ports,
                        sequence: operation.sequence))
        }
    }

    @Test func aCommandSaysWhatTheLiveAgentsOfItsQueueRead() async throws {
        try await World.with { world in
            _ = try await world.activeHost()
            try await world.heartbeat(.fresh(), schemas: [1])
            world.time.move(41)
            try await world.heartbeat(.fresh(), schemas: [1, 2])
            try await world.heartbeat(.fresh(), schemas: [2, 3])
            try await world.heartbeat(.fresh(), driver: .docker, schemas: [1])
            _ = try await world.createChain()
            #expect(Set(try await world.receiveOne().schemas) == [[1, 2], [2, 3]])
        }
    }
}

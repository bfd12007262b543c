import Foundation
import Ledger
import Model
import PostgreSQL
import Testing

/// A newer program's operations beside an older one: it leaves alone what it can't read, and does all the rest.
@Suite struct NewerKindTests {
    @Test func aCommandOfAnUnknownKindIsLeftToANewerRelay() async throws {
        try await World.with { world in
            let host = try await world.activeHost()
            let (new, _) = try await world.createChain(on: host)
            _ = try await world.createChain(on: host)
            try await world.turn(new.id, into: "chain.new")
            let claimed = try await world.ledger.claimCommands(for: .seconds(60))
            #expect(claimed.commands.count == 1 && claimed.commands.first?.operation.chain != new.id)
            #expect(claimed.unreadable.count == 1)
            try await world.ledger.unpublished(claimed.unreadable, retryIn: .zero)
            try await world.turn(new.id, into: "chain.create")
            let newer = try await world.ledger.claimCommands(for: .seconds(60)).commands
            #expect(newer.map(\.operation.chain) == [new.id] && newer.map(\.isRepeat) == [false])
        }
    }

    @Test func aReportAboutAnUnknownKindIsLeftToANewerWatchdog() async throws {
        try await World.with { world in
            let host = try await world.activeHost()
            let (new, _) = try await world.createChain(on: host)
            _ = try await world.createChain(on: host)
            let commands = try await world.receive()
            let (newer, plain) = (
                try #require(commands.first { $0.operation.chain == new.id }),
                try #require(commands.first { $0.operation.chain != new.id })
            )
            try await world.turn(new.id, into: "chain.new")
            let rejected = try await world.take(.started(world.reference(newer)), .started(world.reference(plain)))
            #expect(rejected.map(\.index) == [0] && rejected.map(\.isUnreadable) == [true])
            #expect(try await world.status(plain.operation.id) == .working)
        }
    }

    @Test func workOfAnUnknownKindHoldsNoOtherUp() async throws {
        try await World.with { world in
            let host = try await world.activeHost(parallel: 1)
            let (first, _) = try await world.createChain(on: host)
            let (new, _) = try await world.createChain(on: host)
            let (last, _) = try await world.createChain(on: host)
            try await world.turn(new.id, into: "chain.new")
            let command = try await world.receiveOne()
            #expect(command.operation.chain == first.id)
            try await world.start(command)
            try await world.finish(command)
            #expect(try await world.receiveOne().operation.chain == last.id)
            #expect(try await world.ledger.dispatchWaiting(as: world.leader) == 0)
        }
    }
}

extension World {
    /// As a newer program would have written it, after its migration.
    fileprivate func turn(_ chain: ChainID, into kind: String) async throws {
        try await pool.session { session in
            try session.script("ALTER TABLE operations DROP CONSTRAINT IF EXISTS operations_kind")
            _ = try session.execute("UPDATE operations SET kind = $2 WHERE chain = $1", chain, kind)
        }
    }
}

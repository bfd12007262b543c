import FoundationEssentials
import Ledger
import Model
import Testing

/// Objects that are nobody's, and ledgers that were restored from a backup.
@Suite struct HoldTests {
    /// The number of an operation that the ledger has pruned.
    private static let forgotten = 0

    @Test func objectsThatAreNobodysAreToldOnceAndRemovedAfterAWhile() async throws {
        try await World.with { world in
            let host = try await world.activeHost()
            let stranger = World.stranger(sequence: Self.forgotten)
            try await world.look(host, at: [stranger])
            try await world.look(host, at: [stranger])
            let orphan = try #require(try await world.ledger.orphans().items.first)
            #expect(orphan.chain == stranger.id && orphan.host == host)
            #expect(orphan.objects == [ObjectReference(kind: .container, id: "c1"), ObjectReference(kind: .network, id: "n1")])
            #expect(try await world.count("events WHERE kind = 'unknown-objects' AND chain = '\(stranger.id)'") == 1)
            #expect(try await world.sweep() == 0)

            world.time.move(600)
            #expect(try await world.sweep() == 1)
            let command = try await world.receiveOne()
            #expect(command.operation.kind == .hostSweep && command.objects == orphan.objects)
            try await world.start(command)
            try await world.finish(command)
            #expect(try await world.sweep() == 0)
            try await world.look(host, at: [])
            #expect(try await world.ledger.orphans().items.isEmpty)
            #expect(try await world.ledger.holds().items.isEmpty)
        }
    }

    @Test func whatAppearsMeanwhileIsNotRemovedWithTheRest() async throws {
        try await World.with { world in
            let host = try await world.activeHost()
            let (old, new) = (
                World.stranger(sequence: Self.forgotten, object: "old"), World.stranger(sequence: Self.forgotten, object: "new")
            )
            try await world.look(host, at: [old])
            world.time.move(600)
            try await world.look(host, at: [old, new])
            #expect(try await world.sweep() == 1)
            #expect(try await world.receiveOne().objects.map(\.id) == ["old", "n1"])
        }
    }

    @Test func aLookFromBeforeADeletionMakesNoOrphan() async throws {
        try await World.with { world in
            let host = try await world.activeHost()
            let chain = try await world.runningChain(on: host)
            let request = try await world.observe()[0]
            _ = try await world.ledger.request(.delete, chain: chain)
            world.time.move(1)
            try await world.serve()
            let seen = ObservedChain(id: chain, nodes: [], sequence: request.asOf)
            try await world.see(host, number: request.number, asOf: request.asOf, [seen], digest: "old")
            #expect(try await world.ledger.orphans().items.isEmpty)
            world.time.move(2)
            try await world.look(host, at: [seen])
            #expect(try await world.ledger.orphans().items.map(\.chain) == [chain])
        }
    }

    @Test func aNumberAboveTheLedgersIsHeldUntilAnOperatorDecides() async throws {
        try await World.with { world in
            let host = try await world.activeHost()
            let chain = try await world.runningChain(on: host)
            let later = try await world.later(chain, generation: 7, incarnation: 3, sequence: 500)
            let stranger = World.stranger(sequence: 501)
            try await world.look(host, at: [later, stranger])

            let hold = try #require(try await world.ledger.holds().items.first)
            #expect(hold.host == host && hold.hostSequence == 501 && hold.liftedAt == nil)
            #expect(Set(hold.chains.keys) == [chain, stranger.id])
            let failed = try await world.ledger.chain(chain)
            #expect(failed.phase == .failed && failed.reason?.hasPrefix("ledger-behind:") == true)
            #expect(try await world.count("events WHERE kind = 'ledger-behind'") == 1)

            // Nothing is done about either, however long it takes.
            for kind in [OperationKind.start, .reset, .delete] {
                #expect(await error { try await world.ledger.request(kind, chain: chain, force: true) }?.isBehind == true)
            }
            world.time.move(3600)
            try await world.look(host, at: [later, stranger])
            #expect(try await world.sweep() == 0)
            #expect(try await world.receive().isEmpty)
            #expect(try await world.ledger.holds().items.count == 1)

            // New numbers are above all that was seen.
            let (_, operation) = try await world.createChain(on: host)
            #expect(operation.sequence > 501)
            try await world.serve()

            #expect(try await world.ledger.lift(hold.id).liftedAt != nil)
            #expect(await error { try await world.ledger.lift(hold.id) }?.conflictCode == "hold-lifted")
            let command = try await world.receiveOne()
            #expect(command.operation.kind == .start && command.operation.chain == chain)
            #expect(command.work?.desired.generation == 8 && command.work?.desired.incarnation == 3)
            try await world.start(command)
            try await world.finish(command)
            #expect(try await world.ledger.chain(chain).phase == .running)

            // What the operator let pass is no news, and the unknown goes after another grace period.
            world.time.move(1)
            try await world.look(host, at: [later, stranger])
            #expect(try await world.ledger.holds().items.allSatisfy { $0.liftedAt != nil })
            #expect(try await world.sweep() == 0)
            world.time.move(601)
            #expect(try await world.sweep() == 1)
        }
    }

    @Test func whileAHoldIsOpenNothingUnknownIsRemovedAnywhere() async throws {
        try await World.with { world in
            let (one, two) = (try await world.activeHost("one"), try await world.activeHost("two"))
            try await world.look(two, at: [World.stranger(sequence: Self.forgotten)])
            world.time.move(600)
            #expect(try await world.sweep() == 1)
            try await world.look(one, at: [World.stranger(sequence: 900)])
            // Asked for before, and yet it removes nothing.
            #expect(try await world.receiveOne().objects.isEmpty)
            world.time.move(600)
            #expect(try await world.sweep() == 0)
        }
    }

    @Test func numbersOfALostTimeAreKnownOnOtherHostsToo() async throws {
        try await World.with { world in
            let (one, two) = (try await world.activeHost("one"), try await world.activeHost("two"))
            try await world.look(one, at: [World.stranger(sequence: 900)])
            _ = try await world.createChain(on: one)
            try await world.serve()
            try await world.look(two, at: [World.stranger(sequence: 450)])
            #expect(Set(try await world.ledger.holds().items.map(\.host)) == [one, two])
        }
    }

    /// Before a restored ledger has looked at its hosts it gives the numbers that it has forgotten to other work.
    @Test func aNumberThatWasGivenAnewIsKnownByItsChain() async throws {
        try await World.with { world in
            let host = try await world.activeHost()
            let chain = try await world.runningChain(on: host)
            let number = try #require(try await world.ledger.newestOperation(of: chain)?.sequence)
            let stranger = World.stranger(sequence: number)
            let seen = ObservedChain(id: chain, nodes: try await world.ledger.chain(chain).nodes, sequence: number)
            try await world.look(host, at: [seen, stranger])
            #expect(try await world.ledger.holds().items.first.map { Set($0.chains.keys) } == [stranger.id])
            #expect(try await world.ledger.chain(chain).phase == .running)
            world.time.move(3600)
            try await world.look(host, at: [seen, stranger])
            #expect(try await world.sweep() == 0)
        }
    }

    @Test func aChainGivenBackWhileItIsHeldGoesWhenTheHoldIsLifted() async throws {
        try await World.with { world in
            let host = try await world.activeHost()
            let chain = try await world.runningChain(on: host)
            _ = try await world.apply()
            try await world.look(host, at: [try await world.later(chain, generation: 9, incarnation: 1, sequence: 99)])
            #expect(try await world.ledger.release(chain, tenant: "acme").status == .ended)
            let hold = try await world.ledger.holds().items[0]
            _ = try await world.ledger.lift(hold.id)
            let command = try await world.receiveOne()
            #expect(command.operation.kind == .delete && command.work?.desired.power == .absent)
            #expect(command.work.map { $0.desired.generation > 9 } == true)
        }
    }

    @Test func aHeldHostIsNotDeleted() async throws {
        try await World.with { world in
            let host = try await world.activeHost()
            try await world.look(host, at: [World.stranger(sequence: 99)])
            #expect(await error { try await world.ledger.deleteHost(host) }?.isBehind == true)
        }
    }

    @Test func onePlaceIsOneHost() async throws {
        try await World.with { world in
            let host = try await world.activeHost("one")
            var twin = World.newHost("two")
            twin.target.endpoint = "unix:///one"
            let again = twin
            #expect(await error { try await world.ledger.createHost(again) }?.conflictCode == "endpoint-taken")
            _ = try await world.ledger.deleteHost(host)
            try await world.serve()
            _ = try await world.ledger.createHost(again)
        }
    }
}

extension World {
    /// Of a chain that the ledger does not know.
    fileprivate static func stranger(sequence: Int, object: String = "c1") -> ObservedChain {
        ObservedChain(
            id: .fresh(), nodes: [ObservedNode(name: "n1", state: .running, generation: 1, object: object)],
            sequence: sequence, objects: [ObjectReference(kind: .network, id: "n1")])
    }

    /// A chain as its host knows it after a time that the ledger has forgotten.
    fileprivate func later(_ id: ChainID, generation: Int, incarnation: Int, sequence: Int) async throws -> ObservedChain {
        let nodes = try await ledger.chain(id).nodes.map { node in
            var node = node
            (node.generation, node.incarnation) = (generation, incarnation)
            return node
        }
        return ObservedChain(id: id, nodes: nodes, sequence: sequence)
    }

    fileprivate func look(_ host: HostID, at chains: [ObservedChain]) async throws {
        time.move(10)
        let requests = try await ledger.claimObservations(as: leader, patience: .zero)
        let request = try #require(requests.first { $0.host.id == host })
        try await see(host, number: request.number, asOf: request.asOf, chains, digest: UUID().uuidString)
    }

    fileprivate func sweep() async throws -> Int {
        try await ledger.sweepOrphans(as: leader)
    }
}

extension LedgerError {
    fileprivate var isBehind: Bool { conflictCode == "ledger-behind" }
}

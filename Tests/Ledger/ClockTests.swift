import FoundationEssentials
import Ledger
import Model
import PostgreSQL
import Testing

@Suite struct ClockTests {
    @Test func oneLeaderAtATime() async throws {
        try await World.with { world in
            let other = UUID()
            #expect(try await world.ledger.holdTerm(leader: other, for: .seconds(60)) == false)
            #expect(try await world.ledger.holdTerm(leader: world.leader, for: .seconds(60)))
            #expect(await error { try await world.ledger.fillPools(as: other) } == .notLeading)
            try await world.ledger.endTerm(leader: world.leader)
            #expect(await error { try await world.ledger.fillPools(as: world.leader) } == .notLeading)
            #expect(try await world.ledger.holdTerm(leader: other, for: .seconds(60)))
            #expect(try await world.ledger.fillPools(as: other) == 0)
            #expect(try await world.ledger.holdTerm(leader: world.leader, for: .seconds(60)) == false)
        }
    }

    @Test func aPoolIsKeptWarm() async throws {
        try await World.with { world in
            _ = try await world.activeHost("a", capacity: 2)
            _ = try await world.activeHost("b", capacity: 4)
            let pool = try await world.ledger.createPool(
                name: "three", plan: World.plan(), parameters: World.parameters, warm: .chains(3))
            #expect(try await world.ledger.fillPools(as: world.leader) == 3)
            #expect(try await world.ledger.fillPools(as: world.leader) == 0)
            try await world.serve()
            #expect(try await world.ledger.chains(ChainFilter(pool: pool.id, phase: .running)).items.count == 3)
            let leased = try await world.apply().chainID
            #expect(try await world.ledger.fillPools(as: world.leader) == 1)
            try await world.serve()
            _ = try await world.ledger.release(leased)
            try await world.serve()
            #expect(try await world.ledger.chain(leased).phase == .gone)
            #expect(try await world.count("chains WHERE phase = 'running' AND lease IS NULL") == 3)
            try await world.ledger.deletePool(pool.id)
            #expect(await error { try await world.ledger.deletePool(pool.id) } != nil)
            _ = try await world.apply()
            #expect(try await world.ledger.fillPools(as: world.leader) == 0)
        }
    }

    @Test func aFullPoolTakesAllThereIsAndRefillsAfterARelease() async throws {
        try await World.with { world in
            let host = try await world.activeHost(capacity: 3)
            _ = try await world.ledger.createPool(name: "all", plan: World.plan(), parameters: World.parameters, warm: .full)
            #expect(try await world.ledger.fillPools(as: world.leader) == 3)
            try await world.serve()
            let leased = try await world.apply().chainID
            #expect(try await world.ledger.fillPools(as: world.leader) == 0)
            _ = try await world.ledger.release(leased)
            #expect(try await world.ledger.fillPools(as: world.leader) == 0)
            try await world.serve()
            #expect(try await world.ledger.fillPools(as: world.leader) == 1)
            try await world.serve()
            #expect(try await world.ledger.chainCount(of: host) == 3)
            #expect(try await world.count("chains WHERE phase = 'running' AND id <> '\(leased)'") == 3)
        }
    }

    @Test func aFailedChainOfAPoolIsReplaced() async throws {
        try await World.with { world in
            let host = try await world.activeHost(capacity: 1)
            let pool = try await world.ledger.createPool(
                name: "one", plan: World.plan(), parameters: World.parameters, warm: .full)
            #expect(try await world.ledger.fillPools(as: world.leader) == 1)
            let failed = try await world.receiveOne()
            try await world.start(failed)
            try await world.finish(failed, WorkError(.terminal, .imageMissing, "no such image"))
            #expect(try await world.ledger.replaceFailed(as: world.leader) == 0)
            world.time.move(61)
            #expect(try await world.ledger.replaceFailed(as: world.leader) == 1)
            #expect(try await world.ledger.replaceFailed(as: world.leader) == 0)
            try await world.serve()
            #expect(try await world.ledger.chainCount(of: host) == 0)
            try await world.attend()
            #expect(try await world.ledger.fillPools(as: world.leader) == 1)
            try await world.serve()
            #expect(try await world.ledger.chains(ChainFilter(pool: pool.id, phase: .running)).items.count == 1)
        }
    }

    @Test func aFailedChainThatSomebodyMadeStays() async throws {
        try await World.with { world in
            let host = try await world.activeHost()
            let (chain, _) = try await world.createChain(on: host)
            let failed = try await world.receiveOne()
            try await world.start(failed)
            try await world.finish(failed, WorkError(.terminal, .imageMissing, "no such image"))
            world.time.move(61)
            #expect(try await world.ledger.replaceFailed(as: world.leader) == 0)
            #expect(try await world.ledger.chain(chain.id).phase == .failed)
        }
    }

    @Test func aPoolWhoseChainsFailDoesNotFillItsHostWithThem() async throws {
        try await World.with { world in
            _ = try await world.activeHost(capacity: 4)
            _ = try await world.ledger.createPool(
                name: "one", plan: World.plan(), parameters: World.parameters, warm: .chains(1))
            #expect(try await world.ledger.fillPools(as: world.leader) == 1)
            let failed = try await world.receiveOne()
            try await world.start(failed)
            try await world.finish(failed, WorkError(.terminal, .imageMissing, "no such image"))
            #expect(try await world.ledger.fillPools(as: world.leader) == 0)
        }
    }

    @Test func whatFailedBecauseTheLedgerIsBehindIsNotRemovedUnasked() async throws {
        try await World.with { world in
            _ = try await world.activeHost(capacity: 1)
            _ = try await world.ledger.createPool(name: "one", plan: World.plan(), parameters: World.parameters, warm: .full)
            #expect(try await world.ledger.fillPools(as: world.leader) == 1)
            let failed = try await world.receiveOne()
            try await world.start(failed)
            try await world.finish(failed, WorkError(.terminal, .ledgerBehind, "newer state"))
            world.time.move(61)
            #expect(try await world.ledger.replaceFailed(as: world.leader) == 0)
        }
    }

    @Test func aChainWhoseTenantWaitedInVainFreesItsPlace() async throws {
        try await World.with { world in
            let host = try await world.activeHost(capacity: 1)
            let chain = try await world.apply(making: true).chainID
            let failed = try await world.receiveOne()
            try await world.start(failed)
            try await world.finish(failed, WorkError(.terminal, .imageMissing, "no such image"))
            #expect(try await world.ledger.chain(chain).phase == .failed)
            world.time.move(61)
            #expect(try await world.ledger.replaceFailed(as: world.leader) == 1)
            try await world.serve()
            #expect(try await world.ledger.chainCount(of: host) == 0)
        }
    }

    @Test func aHostThatWasLateIsProbedAgain() async throws {
        try await World.with { world in
            let (host, _) = try await world.ledger.createHost(World.newHost("late"))
            let first = try await world.receiveOne()
            try await world.start(first)
            try await world.finish(first, WorkError(.terminal, .hostUnsupported, "not a Docker"))
            #expect(try await world.ledger.host(host.id).status == .unreachable)
            #expect(try await world.ledger.probeAgain(as: world.leader) == 0)
            world.time.move(61)
            #expect(try await world.ledger.probeAgain(as: world.leader) == 1)
            #expect(try await world.ledger.probeAgain(as: world.leader) == 0)
            try await world.serve()
            #expect(try await world.ledger.host(host.id).status == .active)
        }
    }

    @Test func waitingWorkIsFoundByTheNet() async throws {
        try await World.with { world in
            let host = try await world.activeHost(parallel: 1)
            for _ in 0..<3 { _ = try await world.createChain(on: host) }
            try await world.pool.session { _ = try $0.execute("UPDATE hosts SET parallel = 3") }
            #expect(try await world.ledger.dispatchWaiting(as: world.leader) == 2)
            #expect(try await world.receive().count == 3)
        }
    }
}

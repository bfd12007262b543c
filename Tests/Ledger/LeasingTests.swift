import FoundationEssentials
import Ledger
import Model
import PostgreSQL
import Testing

@Suite struct LeasingTests {
    @Test func thirtyTwoApplicationsForEightChainsLeaseEight() async throws {
        try await World.with(size: 8) { world in
            let host = try await world.activeHost(capacity: 8, parallel: 8)
            try await world.fillUp(host)
            try await world.serve()
            let outcomes = try await race(32) { try await world.apply() }
            let chains = outcomes.compactMap(\.chain)
            #expect(chains.count == 8)
            #expect(Set(chains).count == 8)
            #expect(outcomes.count { $0.isExhausted } == 24)
            #expect(try await world.count("leases WHERE status = 'active'") == 8)
            #expect(try await world.count("chains WHERE lease IS NOT NULL") == 8)
        }
    }

    @Test func theLeaseAndTheChainKnowEachOther() async throws {
        try await World.with { world in
            _ = try await world.activeHost()
            let chain = try await world.runningChain()
            guard case .leased(let lease, let leased, same: false) = try await world.apply(holder: "ann", ttl: 60) else {
                Issue.record("no chain was leased")
                return
            }
            #expect(leased.id == chain && lease.chain == chain)
            #expect(lease.expiresAt == world.time.now + 60)
            #expect(try await world.ledger.lease(lease.id) == lease)
            #expect(try await world.ledger.lease(of: chain) == lease)
            #expect(try await world.ledger.lease(lease.id, tenant: "acme") == lease)
            #expect(await error { try await world.ledger.lease(lease.id, tenant: "other") } != nil)
            #expect(try await world.ledger.leases(LeaseFilter(tenant: "acme", status: .active)).items == [lease])
            #expect(try await world.ledger.chains(ChainFilter(tenant: "acme", leased: true)).items.map(\.id) == [chain])
            #expect(try await world.ledger.chains(ChainFilter(leased: false)).items.isEmpty)
        }
    }

    @Test func theSameHolderGetsTheSameChainUnlessSeveralAreAllowed() async throws {
        try await World.with(size: 8) { world in
            let host = try await world.activeHost()
            for _ in 0..<3 { _ = try await world.runningChain(on: host) }
            let outcomes = try await race(8) { try await world.apply(holder: "ann") }
            #expect(Set(outcomes.compactMap(\.chain)).count == 1)
            #expect(outcomes.count { $0.isSame } == 7)
            #expect(try await world.apply(holder: "ann", allowMultiple: true).chainID != outcomes[0].chain)
            #expect(try await world.apply(holder: "bob").isSame == false)
            #expect(await error { try await world.apply(holder: "eve") } == .poolExhausted)
        }
    }

    @Test func onlyWhatMatchesIsGiven() async throws {
        try await World.with { world in
            let host = try await world.activeHost()
            _ = try await world.runningChain(on: host)
            let other = try await world.runningChain(on: host, plan: World.plan("fabric"))
            let wrong = Application.Matching(blueprint: "fabric", parameters: .object(["nodes": .integer(2)]))
            #expect(await error { try await world.apply(matching: wrong) } == .poolExhausted)
            #expect(await error { try await world.apply(matching: Application.Matching(blueprint: "none")) } == .poolExhausted)
            let part = Application.Matching(blueprint: "fabric", parameters: .object(["nodes": .integer(1)]))
            #expect(await error { try await world.apply(matching: part) } == .poolExhausted)
            let right = Application.Matching(blueprint: "fabric", parameters: World.parameters)
            #expect(try await world.apply(matching: right).chainID == other)
        }
    }

    @Test func aLeaseWaitsForAChainOnItsWay() async throws {
        try await World.with { world in
            let host = try await world.activeHost(parallel: 1)
            let (first, _) = try await world.createChain(on: host, priority: .filling)
            let (second, operation) = try await world.createChain(on: host, priority: .filling)
            guard case .waiting(let lease, let chain, _) = try await world.apply(ttl: 10) else {
                Issue.record("no lease waits")
                return
            }
            #expect(chain.id == first.id && lease.status == .waiting && lease.expiresAt == nil)
            guard case .waiting(_, let next, let raised) = try await world.apply() else {
                Issue.record("no second lease waits")
                return
            }
            #expect(next.id == second.id && raised.id == operation.id && raised.priority == .tenant)
            world.time.move(5)
            try await world.serve()
            let active = try await world.ledger.lease(lease.id)
            #expect(active.status == .active && active.activeAt == world.time.now && active.expiresAt == world.time.now + 10)
        }
    }

    @Test func aChainIsMadeWhereThereIsRoomAndOnlyThere() async throws {
        try await World.with(size: 8) { world in
            _ = try await world.activeHost(capacity: 3)
            let outcomes = try await race(20) { try await world.apply(making: true) }
            #expect(Set(outcomes.compactMap(\.chain)).count == 3)
            #expect(outcomes.count { $0.isExhausted } == 17)
            try await world.serve()
            #expect(try await world.count("leases WHERE status = 'active'") == 3)
        }
    }

    @Test func aFailedCreateEndsTheWaitingLease() async throws {
        try await World.with { world in
            _ = try await world.activeHost()
            guard case .waiting(let lease, let chain, let operation) = try await world.apply(making: true) else {
                Issue.record("no lease waits")
                return
            }
            let command = try await world.receiveOne()
            try await world.start(command)
            try await world.finish(command, WorkError(.terminal, .imageMissing, "no such image"))
            #expect(try await world.status(operation.id) == .failed)
            #expect(try await world.ledger.lease(lease.id).end == .chainFailed)
            #expect(try await world.ledger.chain(chain.id).phase == .failed)
            #expect(try await world.ledger.lease(of: chain.id) == nil)
        }
    }

    @Test func aReleasedChainIsDeletedAndItsPlaceIsFree() async throws {
        try await World.with { world in
            let host = try await world.activeHost(capacity: 1)
            let chain = try await world.runningChain(on: host)
            _ = try await world.apply()
            #expect(await error { try await world.ledger.release(chain, tenant: "other") } != nil)
            let lease = try await world.ledger.release(chain, tenant: "acme")
            #expect(lease.status == .ended && lease.end == .released)
            #expect(try await world.ledger.chain(chain).phase == .deleting)
            #expect(await error { try await world.ledger.release(chain) }?.conflictCode == "not-leased")
            #expect(await error { try await world.createChain(on: host) }?.conflictCode == "no-room")
            #expect(try await world.serve().map(\.work?.desired.power) == [.absent])
            #expect(try await world.ledger.chain(chain).phase == .gone)
            #expect(try await world.count("ports") == 0)
            #expect(try await world.count("subnets") == 0)
            _ = try await world.createChain(on: host)
        }
    }

    @Test func aLeaseExpires() async throws {
        try await World.with { world in
            _ = try await world.activeHost()
            let chain = try await world.runningChain()
            guard case .leased(let lease, _, _) = try await world.apply(ttl: 60) else { return }
            #expect(try await world.ledger.expireLeases(as: world.leader) == 0)
            world.time.move(60)
            #expect(try await world.ledger.expireLeases(as: world.leader) == 1)
            #expect(try await world.ledger.lease(lease.id).end == .expired)
            #expect(try await world.ledger.chain(chain).phase == .deleting)
            #expect(try await world.ledger.expireLeases(as: world.leader) == 0)
        }
    }

    @Test func onlyForceDeletesALeasedChain() async throws {
        try await World.with { world in
            _ = try await world.activeHost()
            let chain = try await world.runningChain()
            guard case .leased(let lease, _, _) = try await world.apply() else { return }
            let refusal = await error { try await world.ledger.request(.delete, chain: chain) }
            if case .leased = refusal {} else { Issue.record("refused with \(String(describing: refusal))") }
            _ = try await world.ledger.request(.delete, chain: chain, force: true)
            #expect(try await world.ledger.lease(lease.id).end == .revoked)
        }
    }
}

extension LeasingTests {
    struct Outcome: Sendable {
        var chain: ChainID?
        var isSame = false
        var isExhausted = false
    }

    /// Makes the same application many times at once.
    private func race(_ times: Int, _ apply: @escaping @Sendable () async throws -> Applied) async throws -> [Outcome] {
        try await withThrowingTaskGroup(of: Outcome.self) { group in
            for _ in 0..<times {
                group.addTask {
                    do {
                        let applied = try await apply()
                        return Outcome(chain: applied.chainID, isSame: applied.isSame)
                    } catch LedgerError.poolExhausted {
                        return Outcome(isExhausted: true)
                    }
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }
}

extension Applied {
    var chainID: ChainID {
        switch self {
        case .leased(_, let chain, _), .waiting(_, let chain, _): chain.id
        }
    }

    var isSame: Bool {
        if case .leased(_, _, same: true) = self { true } else { false }
    }
}

import FoundationEssentials
import Ledger
import Model
import Testing

/// Applications that are served together, in one statement.
@Suite struct LeasingDeskTests {
    @Test func whoAppliesAtTheSameTimeGetsAChainEachAsFarAsTheyGo() async throws {
        try await World.with(size: 4) { world in
            try await world.ready(8)
            let given = try await world.race((0..<32).map { _ in Application(tenant: "acme") })
            let chains = given.compactMap { $0 }
            #expect(chains.count == 8 && Set(chains.map(\.chain.id)).count == 8)
            #expect(try await world.count("chains c JOIN leases l ON l.chain = c.id AND l.id = c.lease") == 8)
            for given in chains { #expect(try await world.ledger.lease(given.lease.id) == given.lease) }
        }
    }

    @Test func aHolderWhoAppliesSeveralTimesAtOnceGetsOneChain() async throws {
        try await World.with(size: 4) { world in
            try await world.ready(4)
            let given = try await world.race((0..<8).map { _ in Application(tenant: "acme", holder: "ann") })
            #expect(given.compactMap { $0 }.count == 1)
            #expect(try await world.ledger.applyForReady(Application(tenant: "acme", holder: "ann")) == nil)
            #expect(try await world.ledger.applyForReady(Application(tenant: "acme", holder: "ann", allowMultiple: true)) != nil)
            #expect(try await world.ledger.applyForReady(Application(tenant: "other", holder: "ann")) != nil)
        }
    }

    @Test func everyoneGetsWhatTheyAskedFor() async throws {
        try await World.with(size: 4) { world in
            try await world.ready(2, plan: World.plan("fabric"))
            try await world.ready(2)
            let names = ["fabric", "regtest", "none", "regtest", "fabric", "fabric"]
            let given = try await world.race(
                names.map { Application(tenant: "acme", ttl: 60, matching: Application.Matching(blueprint: $0)) })
            #expect(given.compactMap { $0?.chain.plan.blueprint.name }.sorted() == ["fabric", "fabric", "regtest", "regtest"])
            #expect(given.compactMap { $0?.lease.expiresAt }.allSatisfy { $0 == world.time.now + 60 })
        }
    }
}

extension World {
    /// Chains that run, on a host of their own.
    fileprivate func ready(_ count: Int, plan: Plan = World.plan()) async throws {
        let host = try await activeHost(plan.blueprint.name, capacity: count)
        for _ in 0..<count { _ = try await runningChain(on: host, plan: plan) }
    }

    /// What applications get that are made at the same time.
    fileprivate func race(_ applications: [Application]) async throws -> [GivenChain?] {
        try await withThrowingTaskGroup(of: GivenChain?.self) { group in
            for application in applications { group.addTask { try await ledger.applyForReady(application) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }
}

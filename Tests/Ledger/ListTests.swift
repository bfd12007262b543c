import FoundationEssentials
import Ledger
import Model
import Testing

@Suite struct ListTests {
    @Test func listsComeInPagesWithoutLossOrRepetition() async throws {
        try await World.with { world in
            let host = try await world.activeHost(capacity: 7)
            let made = try await world.fillUp(host).map(\.id)
            var listed: [ChainID] = []
            var next: String?
            repeat {
                let page = try await world.ledger.chains(ChainFilter(host: host), PageRequest(after: next, limit: 3))
                #expect(page.items.count <= 3)
                listed += page.items.map(\.id)
                next = page.next
            } while next != nil
            #expect(listed.count == 7 && Set(listed) == Set(made))
            #expect(listed.map(\.description) == listed.map(\.description).sorted())
            #expect(try await world.ledger.chains(ChainFilter(), PageRequest(after: "no id")).items.isEmpty)
            #expect(try await world.ledger.chains(ChainFilter(), PageRequest(limit: 7)).next == nil)
        }
    }

    @Test func whatWasStoredIsReadAsItWas() async throws {
        try await World.with { world in
            let new = World.newHost("stored", capacity: 3, parallel: 2, ports: 1000...1999, network: "192.168.0.0/20")
            let (host, _) = try await world.ledger.createHost(new)
            #expect(try await world.ledger.host(host.id) == host)
            #expect(host.ports == 1000...1999 && host.network == "192.168.0.0/20" && host.createdAt == world.time.now)
            try await world.serve()
            let active = try await world.ledger.host(host.id)
            #expect(active.status == .active && active.facts == World.facts)
            let (chain, operation) = try await world.createChain(on: host.id)
            #expect(try await world.ledger.chain(chain.id) == chain)
            let (stored, attempts) = try await world.ledger.operation(operation.id)
            #expect(stored == operation && attempts.map(\.number) == [1])
            let pool = try await world.ledger.createPool(
                name: "p", plan: World.plan(), parameters: World.parameters, warm: .chains(2))
            #expect(try await world.ledger.pool(pool.id) == pool)
            #expect(try await world.ledger.pools().items == [pool])
            #expect(try await world.ledger.sites().items.map(\.name) == ["default"])
            #expect(try await world.ledger.tenants().items.map(\.name) == ["acme"])
        }
    }

    @Test func whatIsNotThereIsSaidNotToBe() async throws {
        try await World.with { world in
            #expect(await isNotFound { try await world.ledger.host(.fresh()) })
            #expect(await isNotFound { try await world.ledger.chain(.fresh()) })
            #expect(await isNotFound { try await world.ledger.pool(.fresh()) })
            #expect(await isNotFound { try await world.ledger.lease(LeaseID.fresh()) })
            #expect(await isNotFound { try await world.ledger.operation(.fresh()) })
            #expect(await isNotFound { try await world.ledger.site("none") })
            #expect(await isNotFound { try await world.ledger.request(.stop, chain: .fresh()) })
            #expect(await isNotFound { try await world.ledger.release(.fresh()) })
            #expect(await isNotFound { try await world.ledger.deleteHost(.fresh()) })
            #expect(await isNotFound { try await world.createChain(on: .fresh()) })
            var homeless = World.newHost("homeless")
            homeless.site = "none"
            #expect(await isNotFound { try await world.ledger.createHost(homeless) })
        }
    }

    private func isNotFound<R>(_ work: () async throws -> R) async -> Bool {
        if case .notFound = await error(work) { true } else { false }
    }
}

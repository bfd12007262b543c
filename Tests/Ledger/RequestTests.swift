import Ledger
import Model
import Testing

@Suite struct RequestTests {
    @Test func requestsThatComeTogetherAreTakenOrRefusedEachByItself() async throws {
        try await World.with { world in
            let host = try await world.activeHost(parallel: 3)
            var chains: [ChainID] = []
            for _ in 0..<4 { chains.append(try await world.runningChain(on: host)) }
            guard case .leased(let lease, _, _) = try await world.apply() else { return }
            let ledger = world.ledger
            async let refused = error { try await ledger.request(.delete, chain: lease.chain) }
            async let unknown = error { try await ledger.request(.stop, chain: .fresh()) }
            async let foreign = error { try await ledger.request(.stop, chain: lease.chain, tenant: "other") }
            let taken = try await withThrowingTaskGroup(of: AcceptedRequest.self) { group in
                for chain in chains { group.addTask { try await ledger.request(.restart, chain: chain) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(taken.map(\.chain.id)) == Set(chains))
            #expect(Set(taken.map(\.operation.sequence)).count == 4)
            #expect(taken.allSatisfy { $0.chain.desired.restarts == 1 && $0.address == "127.0.0.1" })
            #expect(taken.first { $0.chain.id == lease.chain }?.lease?.id == lease.id)
            #expect(taken.count { $0.waitingFor == .window } == 1)
            if case .leased = await refused {} else { Issue.record("a leased chain was deleted") }
            for failure in [await unknown, await foreign] {
                if case .notFound = failure {} else { Issue.record("\(failure.map(String.init(describing:)) ?? "taken")") }
            }
            #expect(try await ledger.lease(lease.id).status == .active)
            #expect(try await world.serve().count == 4)
        }
    }

    @Test func requestsForOneChainComeOneAfterTheOther() async throws {
        try await World.with { world in
            _ = try await world.activeHost()
            let chain = try await world.runningChain()
            let ledger = world.ledger
            let taken = try await withThrowingTaskGroup(of: AcceptedRequest.self) { group in
                for _ in 0..<8 { group.addTask { try await ledger.request(.restart, chain: chain) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(taken.map(\.chain.desired.restarts)) == Set(1...8))
            _ = try await world.serve()
            #expect(try await ledger.chain(chain).desired.restarts == 8)
            #expect(try await world.count("operations WHERE kind = 'chain.restart' AND ended_at IS NULL") == 0)
        }
    }
}

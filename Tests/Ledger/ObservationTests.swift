import FoundationEssentials
import Ledger
import Model
import Testing

@Suite struct ObservationTests {
    @Test func oneRequestIsOutstandingAHost() async throws {
        try await World.with { world in
            let host = try await world.activeHost()
            _ = try await world.ledger.createHost(World.newHost("pending"))
            let requests = try await world.observe()
            #expect(requests.map(\.host.id) == [host])
            #expect(requests[0].number == 1 && requests[0].asOf == 1 && requests[0].digest == "")
            #expect(try await world.observe().isEmpty)
            world.time.move(90)
            #expect(try await world.observe().map(\.number) == [2])
            try await world.see(host, number: 1, [], digest: "one")
            #expect(try await world.observe().isEmpty)
            try await world.see(host, number: 2, [], digest: "two")
            let next = try await world.observe()
            #expect(next.map(\.number) == [3] && next.map(\.digest) == ["two"])
        }
    }

    @Test func aRemovedNodeIsRepairedOnce() async throws {
        try await World.with { world in
            let host = try await world.activeHost()
            let chain = try await world.runningChain(on: host)
            let request = try await world.observe()[0]
            try await world.see(host, number: request.number, asOf: request.asOf, [], digest: "gone")
            let repair = try #require(try await world.ledger.newestOperation(of: chain))
            #expect(repair.kind == .repair && repair.status == .sent && repair.priority == .repair)
            #expect(try await world.ledger.chain(chain).health == .unhealthy)
            // While it is under way, an observation says nothing about the chain; the next request tells that nothing is known.
            let second = try await world.observe()[0]
            #expect(second.digest == "gone")
            try await world.see(host, number: second.number, asOf: second.asOf, [], digest: "still gone")
            #expect(try await world.ledger.operations(OperationFilter(kind: .repair)).items.count == 1)
            try await world.serve()
            #expect(try await world.ledger.chain(chain).health == .healthy)
            world.time.move(1)
            #expect(try await world.observe().map(\.digest) == [""])
        }
    }

    @Test func whatIsOlderThanAnOperationSaysNothingAboutItsChain() async throws {
        try await World.with { world in
            let host = try await world.activeHost()
            let request = try await world.observe()[0]
            let chain = try await world.runningChain(on: host)
            try await world.see(host, number: request.number, asOf: request.asOf, [], digest: "old")
            #expect(try await world.ledger.chain(chain).health == .healthy)
            #expect(try await world.ledger.newestOperation(of: chain)?.kind == .create)
            #expect(try await world.count("hosts WHERE observed_digest = ''") == 1)
        }
    }

    /// The look was asked for while the chain was being stopped, and told after that had ended.
    @Test func aLookThatBeganBeforeAnOperationEndedSaysNothingAboutItsChain() async throws {
        try await World.with { world in
            let host = try await world.activeHost()
            let chain = try await world.runningChain(on: host)
            let running = try await world.ledger.chain(chain).nodes
            _ = try await world.ledger.request(.stop, chain: chain)
            let stop = try await world.receiveOne()
            try await world.start(stop)
            let request = try await world.observe()[0]
            world.time.move(1)
            try await world.finish(stop)
            let old = ObservedChain(id: chain, nodes: running, sequence: 2)
            try await world.see(host, number: request.number, asOf: request.asOf, [old], digest: "old")
            #expect(try await world.ledger.newestOperation(of: chain)?.kind == .stop)
            #expect(try await world.count("hosts WHERE observed_digest = ''") == 1)
        }
    }

    @Test func aFailedRepairIsNotTriedInACircle() async throws {
        try await World.with { world in
            let host = try await world.activeHost()
            let chain = try await world.runningChain(on: host)
            try await world.lookAtNothing(host)
            let command = try await world.receiveOne()
            try await world.finish(command, WorkError(.terminal, .imageMissing, "no image"))
            #expect(try await world.ledger.chain(chain).healthDetail == "repair failed: no image")
            world.time.move(2)
            try await world.lookAtNothing(host)
            #expect(try await world.receive().isEmpty)
            world.time.move(60)
            try await world.lookAtNothing(host)
            #expect(try await world.receiveOne().operation.kind == .repair)
        }
    }

    @Test func aHostThatCannotBeSeenIsUnreachableAndItsChainsAreNotGivenAway() async throws {
        try await World.with { world in
            let host = try await world.activeHost()
            let chain = try await world.runningChain(on: host)
            for failures in 1...3 {
                #expect(try await world.ledger.host(host).status == .active)
                let request = try await world.observe()[0]
                try await world.answer(host, request.number, .failed(WorkError(.transient, .hostUnreachable, "no answer")))
                let longest = LookPolicy().gap(afterFailures: failures, jitter: 1)
                world.time.move(longest * 0.45)
                #expect(try await world.observe().isEmpty)
                world.time.move(longest * 0.55)
            }
            #expect(try await world.ledger.host(host).status == .unreachable)
            #expect(try await world.ledger.chain(chain).health == .unknown)
            #expect(await error { try await world.apply() } == .poolExhausted)
            let request = try await world.observe()[0]
            #expect(request.digest == "")
            let stored = try await world.ledger.chain(chain)
            let seen = ObservedChain(id: chain, nodes: stored.nodes, sequence: request.asOf)
            try await world.see(host, number: request.number, asOf: request.asOf, [seen], digest: "back")
            #expect(try await world.ledger.host(host).status == .active)
            #expect(try await world.apply().chainID == chain)
        }
    }
}

extension World {
    func observe() async throws -> [ObservationRequest] {
        try await ledger.claimObservations(as: leader)
    }

    fileprivate func answer(
        _ host: HostID, _ number: Int, asOf: Int = 0, _ result: Report.Observation.Result, digest: String = ""
    ) async throws {
        let rejected = try await take(
            .observation(Report.Observation(host: host, number: number, asOf: asOf, result: result)), digest: digest)
        #expect(rejected.isEmpty)
    }

    func see(
        _ host: HostID, number: Int, asOf: Int = 0, _ chains: [ObservedChain], digest: String
    ) async throws {
        try await answer(host, number, asOf: asOf, .seen(HostObservation(chains: chains)), digest: digest)
    }

    fileprivate func lookAtNothing(_ host: HostID) async throws {
        let request = try await observe()[0]
        try await see(host, number: request.number, asOf: request.asOf, [], digest: UUID().uuidString)
    }
}

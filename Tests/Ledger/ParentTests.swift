import Ledger
import Model
import PostgreSQL
import Testing

/// Requests about many chains of a host.
@Suite struct ParentTests {
    private static let recipe = Recipe(plan: World.plan(), parameters: World.parameters)

    @Test func aHugeHostIsFilledSomeAtATime() async throws {
        try await World.with { world in
            let host = try await world.activeHost(capacity: 90)
            let (_, parent) = try await world.ledger.fillUp(host, Self.recipe)
            #expect(parent.status == .working && parent.progress?.total == 90)
            #expect(try await world.ledger.chainCount(of: host) == 20)
            #expect(await error { try await world.ledger.clean(host) }?.conflictCode == "host-busy")
            #expect(try await world.ledger.followParents(as: world.leader, limit: 50) == 50)
            #expect(try await world.ledger.chainCount(of: host) == 70)
            #expect(try await world.ledger.followParents(as: world.leader, limit: 50) == 20)
            #expect(try await world.ledger.followParents(as: world.leader, limit: 50) == 0)
            #expect(
                try await world.ledger.operations(OperationFilter(parent: parent.id), PageRequest(limit: 200)).items.count == 90)
            // Work on the host itself has its own place beside it.
            #expect(try await world.count("operations WHERE host = '\(host)' AND status = 'sent' AND NOT is_parent") == 4)
        }
    }

    @Test func whatIsCancelledBeginsNothingMore() async throws {
        try await World.with { world in
            let host = try await world.activeHost(capacity: 30, parallel: 30)
            let (_, parent) = try await world.ledger.fillUp(host, Self.recipe)
            let (cancelled, mustBroadcast) = try await world.ledger.cancel(parent.id)
            #expect(cancelled.status == .working && !mustBroadcast)
            #expect(try await world.ledger.followParents(as: world.leader) == 0)
            try await world.serve()
            _ = try await world.ledger.followParents(as: world.leader)
            #expect(try await world.status(parent.id) == .cancelled)
            #expect(try await world.ledger.chainCount(of: host) == 20)
        }
    }

    @Test func itFailsWhenAPartOfItDoes() async throws {
        try await World.with { world in
            let host = try await world.activeHost(capacity: 2)
            let (_, parent) = try await world.ledger.fillUp(host, Self.recipe)
            let commands = try await world.receive()
            for command in commands { try await world.start(command) }
            try await world.finish(commands[0], WorkError(.terminal, .imageMissing, "no such image"))
            try await world.finish(commands[1])
            _ = try await world.ledger.followParents(as: world.leader)
            let ended = try await world.ledger.operation(parent.id).0
            #expect(ended.status == .failed && ended.error?.code == .childrenFailed)
        }
    }

    @Test func aHostIsFilledWithWhatItPrefers() async throws {
        try await World.with { world in
            let host = try await world.activeHost(capacity: 3)
            _ = try await world.ledger.createPool(
                name: "other", plan: World.plan("other"), parameters: World.parameters, warm: .full)
            _ = try await world.ledger.changeHost(host) { host, _ in host.prefers = Self.recipe }
            #expect(try await world.ledger.fillPools(as: world.leader) == 3)
            let chains = try await world.ledger.chains(ChainFilter(host: host)).items
            #expect(chains.allSatisfy { $0.plan.blueprint.name == "regtest" && $0.pool == nil })
        }
    }

    @Test func nothingIsPlacedWhereNobodyCanMakeIt() async throws {
        try await World.with { world in
            _ = try await world.activeHost()
            world.time.move(41)
            #expect(await error { try await world.createChain() }?.conflictCode == "no-room")
            try await world.attend()
            _ = try await world.createChain()
        }
    }
}

/// Who changed what.
@Suite struct AuditTests {
    private static let deed = Deed(
        request: "r", key: "k", role: .admin, tenant: nil, action: "POST /v1/tenants", target: "/v1/tenants")

    @Test func aDeedIsOnRecordWithItsChangeAndStaysThere() async throws {
        try await World.with { world in
            try await world.ledger.asDeed(Self.deed) { _ = try await world.ledger.addTenant(name: "new") }
            let refused = await error {
                try await world.ledger.asDeed(Self.deed) { _ = try await world.ledger.addTenant(name: "new") }
            }
            guard case .nameTaken = refused else { throw Unexpected("it was \(String(describing: refused))") }
            let records = try await world.ledger.audit().items
            #expect(records.count == 1 && records[0].deed == Self.deed && records[0].outcome == "done")
            for statement in ["DELETE FROM audit", "UPDATE audit SET key = 'x'", "TRUNCATE audit"] {
                await #expect(throws: (any Error).self) {
                    try await world.pool.session { session in _ = try session.execute(statement) }
                }
            }
            #expect(try await world.count("audit") == 1)
        }
    }

    @Test func aReadyChainsLeaseIsOnRecordInItsOwnStatement() async throws {
        try await World.with { world in
            _ = try await world.activeHost()
            _ = try await world.runningChain()
            _ = try await world.ledger.asDeed(Self.deed) { try await world.apply() }
            #expect(await error { try await world.ledger.asDeed(Self.deed) { try await world.apply() } } == .poolExhausted)
            #expect(try await world.count("audit") == 1)
        }
    }
}

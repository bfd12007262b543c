import Ledger
import Model
import PostgreSQL
import Testing

/// Goes past the ledger's code, straight to the database, and tries to break what must always hold.
@Suite struct ConstraintTests {
    @Test func aChainHasOneOperationInFlightAndOneThatWaits() async throws {
        try await World.with { world in
            let host = try await world.activeHost()
            let (chain, operation) = try await world.createChain(on: host)
            #expect(try await world.status(operation.id) == .sent)
            let copy = """
                INSERT INTO operations (id, kind, host, chain, desired, priority, status, attempt, charged, agents_lost, retry_at,
                    cancel_requested, created_at)
                SELECT gen_random_uuid(), 'chain.stop', host, chain, desired, priority, $2, 0, 0, 0, $3::timestamptz, false,
                    created_at
                FROM operations WHERE id = $1
                """
            func add(_ status: String, retryAt: String? = nil) async -> LedgerError? {
                await refused(world) { _ = try $0.execute(copy, operation.id.uuid, status, retryAt) }
            }
            #expect(await add("working") == violation("operations_in_flight"))
            #expect(await add("sent") == violation("operations_in_flight"))
            #expect(await add("queued") == nil)
            #expect(await add("queued") == violation("operations_waiting"))
            #expect(await add("retrying", retryAt: "2030-01-01") == violation("operations_waiting"))
            #expect(try await world.count("operations WHERE chain = '\(chain.id)'") == 2)
        }
    }

    @Test func aChainHasOneTenant() async throws {
        try await World.with { world in
            _ = try await world.activeHost()
            let chain = try await world.runningChain()
            _ = try await world.apply()
            let second = """
                INSERT INTO leases (id, chain, tenant, sole, status, created_at, active_at)
                VALUES (gen_random_uuid(), $1, 'other', false, $2, now(), now())
                """
            #expect(await refused(world) { _ = try $0.execute(second, chain.uuid, "active") } == violation("leases_of_a_chain"))
            #expect(await refused(world) { _ = try $0.execute(second, chain.uuid, "waiting") } == violation("leases_of_a_chain"))
        }
    }

    @Test func aHostHoldsNoMoreThanItsCapacity() async throws {
        try await World.with { world in
            let host = try await world.activeHost(capacity: 2)
            _ = try await world.createChain(on: host)
            let (second, _) = try await world.createChain(on: host)
            let copy = """
                INSERT INTO chains (id, host, blueprint, plan, parameters, desired, phase, health, subnet, ports, nodes,
                    created_at)
                SELECT gen_random_uuid(), host, blueprint, plan, parameters, desired, $2, health, subnet, ports, nodes, created_at
                FROM chains WHERE id = $1
                """
            #expect(await refused(world) { _ = try $0.execute(copy, second.id.uuid, "failed") }?.conflictCode == "no-room")
            #expect(await refused(world) { _ = try $0.execute(copy, second.id.uuid, "gone") } == nil)
            #expect(
                await refused(world) { _ = try $0.execute("UPDATE chains SET phase = 'running' WHERE phase = 'gone'") }?
                    .conflictCode
                    == "no-room")
            #expect(
                await refused(world) { _ = try $0.execute("UPDATE hosts SET capacity = 1 WHERE id = $1", host.uuid) }?
                    .conflictCode
                    == "no-room")
            #expect(try await world.ledger.chainCount(of: host) == 2)
            #expect(
                await refused(world) { _ = try $0.execute("UPDATE chains SET phase = 'gone' WHERE id = $1", second.id.uuid) }
                    == nil)
            #expect(try await world.ledger.chainCount(of: host) == 1)
        }
    }

    @Test func aPortAndASubnetOfAHostBelongToOneChain() async throws {
        try await World.with { world in
            let host = try await world.activeHost()
            let (first, _) = try await world.createChain(on: host)
            let (second, _) = try await world.createChain(on: host)
            #expect(first.ports != second.ports && first.subnet != second.subnet)
            #expect(
                await refused(world) {
                    _ = try $0.execute("UPDATE ports SET port = $2 WHERE chain = $1", second.id.uuid, first.ports[0].port)
                } == violation("ports_pkey"))
            #expect(
                await refused(world) {
                    _ = try $0.execute("UPDATE subnets SET subnet = $2::cidr WHERE chain = $1", second.id.uuid, first.subnet)
                } == violation("subnets_pkey"))
        }
    }

    @Test func aNameIsFreeAgainWhenItsHostIsGone() async throws {
        try await World.with { world in
            let host = try await world.activeHost("twin")
            #expect(await isNameTaken { try await world.ledger.createHost(World.newHost("twin")) })
            _ = try await world.ledger.deleteHost(host)
            #expect(await isNameTaken { try await world.ledger.createHost(World.newHost("twin")) })
            try await world.serve()
            #expect(try await world.ledger.host(host).status == .gone)
            _ = try await world.ledger.createHost(World.newHost("twin"))
        }
    }

    @Test func namesOfPoolsTenantsSitesAndKeysAreUnique() async throws {
        try await World.with { world in
            let ledger = world.ledger
            _ = try await ledger.createPool(name: "p", plan: World.plan(), parameters: .null, warm: .full)
            #expect(
                await isNameTaken { try await ledger.createPool(name: "p", plan: World.plan(), parameters: .null, warm: .full) })
            #expect(await isNameTaken { try await ledger.addTenant(name: "acme") })
            #expect(await isNameTaken { try await ledger.addSite(name: "default", publicKey: "k") })
            let key = StoredKey(id: "k", secretHash: [1, 2, 255], role: .tenant, tenant: "acme", createdAt: world.time.now)
            try await ledger.addKey(key)
            #expect(try await ledger.key("k") == key)
            #expect(try await ledger.key("none") == nil)
            #expect(await isNameTaken { try await ledger.addKey(key) })
            let stranger = StoredKey(id: "s", secretHash: [], role: .tenant, tenant: "nobody", createdAt: world.time.now)
            #expect(await error { try await ledger.addKey(stranger) } == .notFound(what: "tenant", id: "nobody"))
        }
    }

    /// How the database refuses a change; `nil` when it does not.
    private func refused(_ world: World, _ change: @escaping @Sendable (Session) throws -> Void) async -> LedgerError? {
        do {
            try await world.pool.transaction(change)
            return nil
        } catch {
            return (error as? DatabaseError).map { error in
                if case .checkViolation("hosts_capacity") = error.code { return .conflict(code: "no-room", detail: "") }
                return .unavailable(DatabaseError(error.code, ""))
            }
        }
    }

    private func violation(_ constraint: String) -> LedgerError {
        .unavailable(DatabaseError(.uniqueViolation(constraint: constraint), ""))
    }

    private func isNameTaken<R>(_ work: () async throws -> R) async -> Bool {
        if case .nameTaken = await error(work) { true } else { false }
    }
}

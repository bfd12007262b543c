import FoundationEssentials
import Model
import PostgreSQL
import Testing

@testable import Ledger

/// Requests that are sent more than once.
@Suite struct OnceTests {
    private static func request(_ content: UInt8 = 1, key: String = "k", scope: String = "tenant:acme") -> KeyedRequest {
        KeyedRequest(
            scope: scope, method: "POST", path: "/v1/chains", key: key, fingerprint: [UInt8](repeating: content, count: 32))
    }

    /// Makes a chain, and answers with its id.
    private static func make(
        _ request: KeyedRequest, _ world: World, _ meanwhile: () async throws -> Void = {}
    ) async throws -> Once<ChainID> {
        try await world.ledger.once(request, keeping: answer) {
            let made = try await world.createChain().0
            _ = try await world.ledger.chain(made.id)
            try await meanwhile()
            return made.id
        }
    }

    private static func answer(_ id: ChainID) -> KeptAnswer {
        KeptAnswer(
            status: 202, headers: [KeptAnswer.Header(name: "Location", value: "/x")], body: Array(id.description.utf8))
    }

    private func chain(_ once: Once<ChainID>) throws -> ChainID {
        guard case .done(let id) = once else { throw Unexpected("it had been done before") }
        return id
    }

    private func kept(_ once: Once<ChainID>) throws -> KeptAnswer {
        guard case .answered(let answer) = once else { throw Unexpected("it was done now") }
        return answer
    }

    @Test func theSecondTimeThereIsTheSameAnswer() async throws {
        try await World.with { world in
            _ = try await world.activeHost()
            let id = try chain(try await Self.make(Self.request(), world))
            #expect(try kept(try await Self.make(Self.request(), world)) == Self.answer(id))
            #expect(try await world.count("chains") == 1)
            // Another's key, or another key, is another request.
            _ = try chain(try await Self.make(Self.request(scope: "key:x"), world))
            _ = try chain(try await Self.make(Self.request(key: "other"), world))
            #expect(try await world.count("chains") == 3)
        }
    }

    @Test func aKeyBelongsToOneContent() async throws {
        try await World.with { world in
            _ = try await world.activeHost()
            _ = try await Self.make(Self.request(), world)
            let other = await error { try await Self.make(Self.request(2), world) }
            #expect(other?.conflictCode == "idempotency-key-reused")
            #expect(try await world.count("chains") == 1)
        }
    }

    @Test func whileItIsUnderWayAnotherIsToldSo() async throws {
        try await World.with { world in
            _ = try await world.activeHost()
            let first = try await Self.make(Self.request(), world) {
                // A task that takes no part in this one's transaction.
                let second = await Task.detached { await error { try await Self.make(Self.request(), world) } }.value
                #expect(second?.conflictCode == "request-in-flight")
            }
            #expect(try kept(try await Self.make(Self.request(), world)) == Self.answer(try chain(first)))
        }
    }

    @Test func ofManyAtTheSameTimeOneIsDone() async throws {
        try await World.with(size: 6) { world in
            _ = try await world.activeHost()
            await withTaskGroup { group in
                for _ in 0..<20 { group.addTask { _ = try? await Self.make(Self.request(), world) } }
            }
            #expect(try await world.count("chains") == 1)
        }
    }

    @Test func whatIsRefusedChangesNothingAndIsLookedAtAgain() async throws {
        try await World.with { world in
            _ = try await world.activeHost()
            let refused = await error {
                try await Self.make(Self.request(), world) { throw LedgerError.poolExhausted }
            }
            #expect(refused == .poolExhausted)
            for table in ["chains", "idempotency", "outbox", "ports"] { #expect(try await world.count(table) == 0, "\(table)") }
            _ = try chain(try await Self.make(Self.request(), world))
        }
    }

    @Test func aRefusedPartLeavesTheRestOfTheRequestWhole() async throws {
        try await World.with { world in
            _ = try await world.activeHost()
            let once = try await Self.make(Self.request(), world) {
                let missing = await error { try await world.ledger.chain(.fresh()) }
                #expect(missing != nil)
                let taken = await error { try await world.ledger.addTenant(name: "acme") }
                #expect(taken == .nameTaken("the name is taken; choose another"))
            }
            #expect(try await world.ledger.chain(try chain(once)).phase == .creating)
        }
    }

    @Test("An engine that dies before its answer is stored leaves nothing, and the key is free") func crash() async throws {
        try await World.with { world in
            _ = try await world.activeHost()
            let died = await error {
                try await Self.make(Self.request(), world) {
                    // The server ends the connection, as it does when its engine is killed.
                    try await world.pool.session { session in
                        _ = try session.query(
                            """
                            SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
                            WHERE l.locktype = 'advisory' AND l.granted AND a.datname = current_database()
                                AND EXISTS (SELECT FROM pg_locks t WHERE t.pid = l.pid AND t.relation = 'chains'::regclass)
                            """)
                    }
                }
            }
            guard case .unavailable = died else { throw Unexpected("it ended with \(String(describing: died))") }
            for table in ["chains", "idempotency", "outbox", "ports"] { #expect(try await world.count(table) == 0, "\(table)") }
            let id = try chain(try await Self.make(Self.request(), world))
            #expect(try kept(try await Self.make(Self.request(), world)) == Self.answer(id))
            #expect(try await world.count("chains") == 1)
        }
    }

    /// Its connection stays open; the database ends the transaction.
    @Test func anEngineThatFallsSilentLosesItsKey() async throws {
        try await World.with { world in
            _ = try await world.activeHost()
            let request = Self.request()
            let silent = await error {
                try await world.ledger.once(request, patience: .seconds(5), keeping: Self.answer) {
                    let made = try await world.createChain().0
                    // Another engine, which takes no part in this one's transaction.
                    let next = try await Task.detached {
                        while true {
                            do {
                                return try await Self.make(request, world)
                            } catch LedgerError.conflict("request-in-flight", _) {
                                try await Task.sleep(for: .milliseconds(20))
                            }
                        }
                    }.value
                    guard case .done = next else { throw Unexpected("it had been done before") }
                    return made.id
                }
            }
            guard case .unavailable = silent else { throw Unexpected("it ended with \(String(describing: silent))") }
            #expect(try await world.count("chains") == 1)
            guard case .answered = try await Self.make(request, world) else { throw Unexpected("it was done now") }
        }
    }

    @Test func theKeyIsKeptFromOthersForAMinute() async throws {
        try await World.with { world in
            _ = try await world.ledger.once(Self.request(), keeping: { _ in Self.answer(.fresh()) }) {
                let patience: String? = try await world.ledger.session {
                    try $0.queryOne("SHOW idle_in_transaction_session_timeout")?.decode("idle_in_transaction_session_timeout")
                }
                #expect(patience == "1min")
            }
        }
    }

    @Test func afterADayItIsForgotten() async throws {
        try await World.with { world in
            _ = try await world.activeHost()
            _ = try await Self.make(Self.request(), world)
            _ = try await Self.make(Self.request(key: "other"), world)
            world.time.move(86_399)
            try await world.attend()
            #expect(try await world.ledger.forgetAnswers(as: world.leader) == 0)
            world.time.move(1)
            // Not swept up yet, and of no effect any more.
            _ = try chain(try await Self.make(Self.request(2), world))
            #expect(try await world.ledger.forgetAnswers(as: world.leader) == 1)
            #expect(try await world.count("idempotency") == 1)
        }
    }
}

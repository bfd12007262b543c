import Foundation
import Glibc
import Model
import PostgreSQL
import Programs
import Testing

/// The clocks run on one watchdog, whichever of them dies or sleeps.
@Suite struct LeaderTests {
    @Test(.timeLimit(.minutes(8))) func theClocksGoOnElsewhereAndWhoWakesUpLateWritesNothing() async throws {
        try await House.with(try Servers.fromEnvironment()) { house in
            try await house.startEngine()
            try await house.startAgent()
            let first = try await house.startWatchdog()
            let firstLeader = try await Self.leads(first)
            let host = try await house.register(capacity: 20)
            let second = try await house.startWatchdog()

            first.signal(SIGKILL)
            await first.ended()
            let secondLeader = try await Self.leads(second)
            #expect(try await Self.leader(house) == secondLeader && secondLeader != firstLeader)
            try await Self.clocksRun(house, "after-a-death")

            let third = try await house.startWatchdog()
            try await Self.sleeps(second, in: house, on: host) {
                let thirdLeader = try await Self.leads(third)
                #expect(thirdLeader != secondLeader)
                try await Self.clocksRun(house, "while-one-sleeps")
            }
            _ = try await second.line(with: "another watchdog leads")
            try await Self.clocksRun(house, "after-it-woke-up")
            #expect(try await Self.leader(house) == Self.leads(third))
            #expect(!third.printed.contains("another watchdog leads"))
            #expect(try await Self.doubled(house) == 0)
            #expect(house.host.doubled() == [])
        }
    }

    /// Waits until the watchdog says that it leads; returns as whom.
    private static func leads(_ watchdog: RunningProgram) async throws -> String {
        let line = try await watchdog.line(with: "leading: the clocks run here")
        guard let name = line.firstMatch(of: /leader=([0-9A-Fa-f-]+)/)?.1 else { throw Failure("no leader in: \(line)") }
        return name.lowercased()
    }

    private static func leader(_ house: House) async throws -> String? {
        try await house.ledger.session { try $0.queryOne("SELECT leader::text AS leader FROM leaders")?["leader"] }
    }

    /// Puts the leading watchdog to sleep in the middle of a pass, when it has seen that the term is its own and wants a host; wakes
    /// it up when `body` has ended.
    private static func sleeps(
        _ watchdog: RunningProgram, in house: House, on host: String, while body: () async throws -> Void
    ) async throws {
        let admin = await house.admin
        let (isHeld, held) = AsyncStream<Void>.makeStream()
        async let asleep: Void = house.ledger.transaction { session in
            _ = try session.query("SELECT FROM hosts WHERE id = $1::text::uuid FOR UPDATE", host)
            held.yield()
            while try session.queryOne(passThatWaits) == nil { _ = try session.query("SELECT pg_sleep(0.02)") }
            watchdog.signal(SIGSTOP)
        }
        for await _ in isHeld { break }
        try await makePool("caught", admin)
        try await asleep
        let result: Result<Void, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        watchdog.signal(SIGCONT)
        try result.get()
        try await isFilled("caught", admin)
    }

    /// A transaction under the leader's term that has to wait for another one.
    private static let passThatWaits = """
        SELECT pid FROM pg_locks WHERE relation = 'leaders'::regclass AND mode = 'RowShareLock' AND granted
            AND cardinality(pg_blocking_pids(pid)) > 0
        """

    /// Only the leader fills pools.
    private static func clocksRun(_ house: House, _ pool: String) async throws {
        try await makePool(pool, house.admin)
        try await isFilled(pool, house.admin)
    }

    private static func makePool(_ name: String, _ admin: API) async throws {
        try await admin.call(
            "POST", "/v1/pools",
            ["name": .string(name), "blueprint": "litecoin-regtest", "parameters": ["nodes": 1], "warm": 2], expect: [201])
    }

    private static func isFilled(_ name: String, _ admin: API) async throws {
        let pools = try await admin.get("/v1/pools")["items"].items
        let pool = try #require(pools.first { $0["name"].text == name }?["id"])
        _ = try await eventually("the pool \(name) is filled") {
            let chains = try await admin.get("/v1/chains?limit=200")["items"].items.filter { $0["pool"] == pool }
            return chains.count == 2 && chains.allSatisfy { $0["phase"] == "running" } ? true : nil
        }
    }

    /// What was done for a chain more than once, and chains that a pool has too many of.
    private static func doubled(_ house: House) async throws -> Int {
        try await house.count(
            """
            SELECT (SELECT count(*) FROM (SELECT FROM operations GROUP BY chain, kind HAVING count(*) > 1) o)
                + (SELECT count(*) FROM (SELECT FROM chains GROUP BY pool HAVING count(*) <> 2) c) AS n
            """)
    }
}

import FaultProxy
import Foundation
import PostgreSQL
import Testing

/// A bad network between the pool and the server.
@Suite struct FaultTests {
    @Test func aConnectionCutWhileIdleIsReplacedUnnoticed() async throws {
        try await withProxy { proxy, pool in
            for round in 1...5 {
                _ = try await pool.session { try $0.query("SELECT 1") }
                proxy.cutAll()
                #expect(try await pool.transaction { try $0.queryOne("SELECT \(round) AS n")?["n"] } == round)
            }
        }
    }

    @Test func aTransactionCutBeforeCommitIsRunAgain() async throws {
        try await withProxy { proxy, pool in
            let tries = Tries()
            let pids = try await pool.transaction { session in
                let first: Int = try #require(try session.queryOne("SELECT pg_backend_pid() AS pid"))["pid"]
                if tries.next() == 1 { proxy.cutAll() }
                let second: Int = try #require(try session.queryOne("SELECT pg_backend_pid() AS pid"))["pid"]
                return [first, second]
            }
            #expect(tries.count == 2)
            #expect(pids[0] == pids[1])
        }
    }

    @Test func aTransactionThatAlwaysLosesItsConnectionGivesUp() async throws {
        let pool = try Database.pool(size: 1)
        let tries = Tries()
        let failure = await code {
            try await pool.transaction { session in
                _ = tries.next()
                try session.execute("SELECT pg_terminate_backend(pg_backend_pid())")
            }
        }
        #expect(failure == .connectionLost)
        #expect(tries.count == 4)
        #expect(try await pool.session { try $0.query("SELECT 1").count } == 1)
        await pool.close()
    }

    @Test func statementsOutsideOfTransactionsAreNotRepeated() async throws {
        let pool = try Database.pool(size: 1)
        let tries = Tries()
        let failure = await code {
            try await pool.session { session in
                _ = tries.next()
                try session.execute("SELECT pg_terminate_backend(pg_backend_pid())")
            }
        }
        #expect(failure == .connectionLost)
        #expect(tries.count == 1)
        await pool.close()
    }

    @Test func aCommitWithoutAnswerHasAnUnknownOutcome() async throws {
        try await Database.withSchema { direct in
            try await direct.session { try $0.script("CREATE TABLE t (n int)") }
            let schema: String = try await direct.session { try #require(try $0.queryOne("SELECT current_schema() AS s"))["s"] }
            try await withProxy(options: "-csearch_path=\(schema)") { proxy, pool in
                let committing = Task {
                    await code {
                        try await pool.transaction { session in
                            try session.execute("INSERT INTO t VALUES (1)")
                            proxy.stall(.toClient)
                        }
                    }
                }
                try await eventually("the server has committed") { try await direct.count("t") == 1 }
                proxy.cutAll()
                #expect(await committing.value == .unknownOutcome)
            }
        }
    }

    @Test func aServerThatFallsSilentIsGivenUp() async throws {
        try await withProxy(statementTimeout: .milliseconds(200)) { proxy, pool in
            try await pool.session { _ = try $0.query("SELECT 1") }
            proxy.stall()
            #expect(await code { try await pool.session { _ = try $0.query("SELECT 1") } } == .timeout)
            proxy.resume()
            #expect(try await pool.session { try $0.query("SELECT 1").count } == 1)
        }
    }

    @Test func cancellingWorksWhileTheServerIsSilent() async throws {
        try await withProxy { proxy, pool in
            try await pool.session { _ = try $0.query("SELECT 1") }
            proxy.stall()
            let (starts, start) = AsyncStream.makeStream(of: Void.self)
            let task = Task {
                await code {
                    try await pool.transaction { session in
                        start.yield()
                        try session.execute("SELECT 1")
                    }
                }
            }
            var iterator = starts.makeAsyncIterator()
            await iterator.next()
            task.cancel()
            #expect(await task.value == .cancelled)
            proxy.resume()
            proxy.cutAll()
        }
    }

    @Test func aServerThatNeverAnswersTheLoginIsATimeout() async throws {
        try await withProxy(connectTimeout: .milliseconds(200), waitLimit: .milliseconds(500)) { proxy, pool in
            proxy.stall()
            #expect(await code { try await pool.session { _ in } } == .timeout)
            proxy.resume()
            try await eventually("it connects") { await code { try await pool.session { _ in } } == nil }
        }
    }

    @Test func whileNobodyListensWorkWaitsAndGoesOnLater() async throws {
        try await withProxy(waitLimit: .seconds(60)) { proxy, pool in
            try await pool.session { _ = try $0.query("SELECT 1") }
            proxy.refuse(true)
            proxy.cutAll()
            let waiting = Task { try await pool.transaction { try $0.query("SELECT 1").count } }
            let before = proxy.accepted
            try await eventually("it tried three times") { proxy.accepted >= before + 3 }
            #expect(pool.status.open == 0)
            proxy.refuse(false)
            #expect(try await waiting.value == 1)
        }
    }

    @Test func whenNobodyComesBackTheReasonIsTold() async throws {
        try await withProxy(waitLimit: .milliseconds(300)) { proxy, pool in
            proxy.refuse(true)
            #expect(await code { try await pool.session { _ in } } == .unreachable)
        }
    }

    @Test func aSlowNetworkIsOnlySlow() async throws {
        try await withProxy { proxy, pool in
            proxy.slow(.microseconds(100))
            let text = String(repeating: "slow ", count: 2000)
            let answer: String? = try await pool.transaction { try $0.queryOne("SELECT $1::text AS t", text)?["t"] }
            #expect(answer == text)
        }
    }

    @Test func aListenerNoticesASilentServer() async throws {
        try await withProxy { proxy, pool in
            var events = pool.listen("silent").makeAsyncIterator()
            #expect(await events.next() == .reconnected)
            proxy.stall()
            proxy.cutAll()
            proxy.resume()
            #expect(await events.next() == .reconnected)
        }
    }
}

/// Runs `body` with a pool of one connection to the shared server through a proxy.
private func withProxy(
    options: String? = nil, connectTimeout: Duration = .seconds(5), statementTimeout: Duration = .seconds(20),
    waitLimit: Duration = .seconds(20), _ body: (FaultProxy, Pool) async throws -> Void
) async throws {
    let server = try #require(URLComponents(string: Database.url()))
    let proxy = try FaultProxy(upstreamHost: server.host ?? "127.0.0.1", upstreamPort: server.port ?? 5432)
    let url = try Database.url { parts in
        parts.host = "127.0.0.1"
        parts.port = proxy.port
        if let options { parts.add("options", options) }
    }
    let configuration = try DatabaseConfiguration(
        url: url, connectTimeout: connectTimeout, statementTimeout: statementTimeout)
    let pool = Pool(configuration, size: 1, waitLimit: waitLimit, logger: Database.quiet)
    let outcome = await outcome { try await body(proxy, pool) }
    await pool.close()
    proxy.stop()
    try outcome.get()
}

import PostgreSQL
import Testing

@Suite struct StatementTests {
    @Test func aPipelineGivesEachStatementItsRows() async throws {
        let pool = try Database.pool(size: 1)
        let answers = try await pool.transaction { session in
            let numbers = (1...100).map { Statement("SELECT $1::int AS n FROM generate_series(1, $1::int)", $0) }
            return try session.pipeline(numbers + [Statement("SELECT 1 WHERE false")]).map {
                try $0.map { try $0.decode("n", as: Int.self) }
            }
        }
        #expect(answers.count == 101)
        for number in 1...100 { #expect(answers[number - 1] == Array(repeating: number, count: number)) }
        #expect(answers[100].isEmpty)
        await pool.close()
    }

    @Test func anErrorInThePipelineUndoesItAll() async throws {
        try await Database.withSchema(size: 1) { pool in
            try await pool.session { try $0.script("CREATE TABLE t (n int PRIMARY KEY)") }
            let statements = [1, 2, 1, 3].map { Statement("INSERT INTO t VALUES ($1)", $0) }
            #expect(
                await code { try await pool.session { _ = try $0.pipeline(statements) } }
                    == .uniqueViolation(constraint: "t_pkey"))
            #expect(try await pool.count("t") == 0)
            _ = try await pool.session { try $0.pipeline([Statement("INSERT INTO t VALUES ($1)", 9)]) }
            #expect(try await pool.count("t") == 1)
        }
    }

    @Test func aWrongStatementIsNotTakenForPrepared() async throws {
        try await Database.withSchema(size: 1) { pool in
            #expect(await code { try await pool.session { _ = try $0.query("SELECT n FROM t") } } == .server(sqlState: "42P01"))
            try await pool.session { try $0.script("CREATE TABLE t (n int)") }
            #expect(try await pool.session { try $0.query("SELECT n FROM t").count } == 0)
        }
    }

    @Test func aPipelineLargerThanAllBuffersDoesNotStick() async throws {
        let pool = try Database.pool(size: 1)
        let text = String(repeating: "x", count: 100_000)
        let lengths = try await pool.session { session in
            try session.pipeline(Array(repeating: Statement("SELECT $1::text AS t", text), count: 100)).map {
                try $0[0].decode("t", as: String.self).utf8.count
            }
        }
        #expect(lengths == Array(repeating: 100_000, count: 100))
        await pool.close()
    }

    @Test func aConnectionKeepsABoundedNumberOfPreparedStatements() async throws {
        let configuration = try DatabaseConfiguration(url: Database.url(), statementLimit: 8)
        let pool = Pool(configuration, size: 1, waitLimit: .seconds(10), logger: Database.quiet)
        for number in 0..<50 {
            #expect(try await pool.session { try $0.queryOne("SELECT \(number) AS n")?["n"] } == number)
        }
        let prepared = try await pool.session { try $0.query("SELECT statement FROM pg_prepared_statements").count }
        #expect(prepared == 8)
        await pool.close()
    }

    @Test func aResultLargerThanTheLimitIsRefused() async throws {
        let configuration = try DatabaseConfiguration(url: Database.url(), resultLimit: 100_000)
        let pool = Pool(configuration, size: 1, waitLimit: .seconds(10), logger: Database.quiet)
        let large = "SELECT repeat('x', 1000) AS t FROM generate_series(1, $1)"
        #expect(try await pool.session { try $0.query(large, 50).count } == 50)
        #expect(await code { try await pool.session { _ = try $0.query(large, 1_000_000) } } == .resultTooLarge(limit: 100_000))
        #expect(try await pool.session { try $0.query(large, 50).count } == 50)
        await pool.close()
    }

    @Test func rowsAffectedAreCounted() async throws {
        try await Database.withSchema(size: 1) { pool in
            try await pool.session { session in
                try session.script("CREATE TABLE t (n int); CREATE INDEX ON t (n)")
                #expect(try session.execute("INSERT INTO t SELECT generate_series(1, 10)") == 10)
                #expect(try session.execute("UPDATE t SET n = n + 100 WHERE n > $1", 7) == 3)
                #expect(try session.execute("DELETE FROM t WHERE n = ANY($1)", [1, 2, 3] as [Int]) == 3)
                #expect(try session.execute("SELECT FROM t") == 7)
            }
        }
    }

    @Test func aFailedScriptLeavesNothing() async throws {
        try await Database.withSchema(size: 1) { pool in
            let failure = await code {
                try await pool.transaction { session in
                    try session.script("CREATE TABLE a (n int); CREATE TABLE b (n int)")
                    try session.script("CREATE TABLE c (n int); CREATE TABLE a (n int)")
                }
            }
            #expect(failure == .server(sqlState: "42P07"))
            let isGone: Bool? = try await pool.session { try $0.queryOne("SELECT to_regclass('a') IS NULL AS gone")?["gone"] }
            #expect(isGone == true)
        }
    }

    @Test func copyIsRefusedAndTheNextStatementWorks() async throws {
        let pool = try Database.pool(size: 1)
        #expect(await code { try await pool.session { try $0.script("COPY (SELECT 1) TO STDOUT") } } != nil)
        #expect(await code { try await pool.session { _ = try $0.query("COPY (SELECT 1) TO STDOUT") } } != nil)
        #expect(try await pool.session { try $0.query("SELECT 1").count } == 1)
        await pool.close()
    }
}

import PostgreSQL
import Synchronization
import Testing

@Suite struct TransactionTests {
    @Test func whatIsCommittedStaysAndWhatThrowsIsGone() async throws {
        try await Database.withSchema { pool in
            try await pool.session { try $0.script("CREATE TABLE t (n int PRIMARY KEY)") }
            let inserted = try await pool.transaction { try $0.execute("INSERT INTO t SELECT generate_series(1, $1)", 3) }
            #expect(inserted == 3)
            await #expect(throws: Refusal.self) {
                try await pool.transaction { session in
                    try session.execute("DELETE FROM t")
                    throw Refusal()
                }
            }
            #expect(try await pool.count("t") == 3)
            #expect(pool.status.busy <= 1)
        }
    }

    @Test func anErrorTheBodyCaughtDoesNotPassForSuccess() async throws {
        try await Database.withSchema { pool in
            try await pool.session { try $0.script("CREATE TABLE t (n int PRIMARY KEY)") }
            let failure = await code {
                try await pool.transaction { session in
                    try session.execute("INSERT INTO t VALUES (1)")
                    _ = try? session.execute("INSERT INTO t VALUES (1)")
                }
            }
            #expect(failure == .uniqueViolation(constraint: "t_pkey"))
            #expect(try await pool.count("t") == 0)
        }
    }

    @Test func aSavepointSavesTheTransaction() async throws {
        try await Database.withSchema { pool in
            try await pool.session { try $0.script("CREATE TABLE t (n int PRIMARY KEY)") }
            try await pool.transaction { session in
                try session.execute("INSERT INTO t VALUES (1)")
                try session.execute("SAVEPOINT s")
                _ = try? session.execute("INSERT INTO t VALUES (1)")
                try session.execute("ROLLBACK TO s")
            }
            #expect(try await pool.count("t") == 1)
        }
    }

    @Test func constraintsAreNamed() async throws {
        try await Database.withSchema { pool in
            try await pool.session {
                try $0.script(
                    """
                    CREATE TABLE p (n int PRIMARY KEY);
                    CREATE TABLE c (n int NOT NULL CONSTRAINT small CHECK (n < 10), p int CONSTRAINT parent REFERENCES p
                        DEFERRABLE INITIALLY DEFERRED);
                    """)
            }
            let failures = [
                ("INSERT INTO c VALUES (11)", DatabaseError.Code.checkViolation(constraint: "small")),
                ("INSERT INTO c VALUES (NULL)", .notNullViolation(column: "n")),
                ("INSERT INTO c VALUES (1, 1)", .foreignKeyViolation(constraint: "parent")),
                ("SELECT nonsense", .server(sqlState: "42703")),
            ]
            for (sql, expected) in failures {
                #expect(await code { try await pool.transaction { _ = try $0.execute(sql) } } == expected)
            }
            #expect(try await pool.count("c") == 0)
        }
    }

    @Test func collidingTransactionsAreRepeated() async throws {
        try await Database.withSchema(size: 2) { pool in
            try await pool.session { try $0.script("CREATE SEQUENCE arrivals; CREATE TABLE t (n int); INSERT INTO t VALUES (0)") }
            let tries = Tries()
            try await withThrowingTaskGroup { group in
                for _ in 0..<2 {
                    group.addTask {
                        try await pool.transaction { session in
                            _ = tries.next()
                            try session.execute("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
                            let n: Int = try #require(try session.queryOne("SELECT n FROM t"))["n"]
                            try session.meet(tries.count <= 2)
                            try session.execute("UPDATE t SET n = $1", n + 1)
                        }
                    }
                }
                try await group.waitForAll()
            }
            let n: Int = try await pool.session { try #require(try $0.queryOne("SELECT n FROM t"))["n"] }
            #expect(n == 2)
            #expect(tries.count == 3)
        }
    }

    @Test func aDeadlockIsRepeated() async throws {
        try await Database.withSchema(size: 2) { pool in
            try await pool.session {
                try $0.script(
                    """
                    CREATE SEQUENCE arrivals; CREATE TABLE t (n int PRIMARY KEY, v int); INSERT INTO t VALUES (1, 0), (2, 0)
                    """)
            }
            let tries = Tries()
            try await withThrowingTaskGroup { group in
                for order in [[1, 2], [2, 1]] {
                    group.addTask {
                        try await pool.transaction { session in
                            let isFirst = tries.next() <= 2
                            try session.execute("SET LOCAL deadlock_timeout = '10ms'")
                            try session.execute("UPDATE t SET v = v + 1 WHERE n = $1", order[0])
                            try session.meet(isFirst)
                            try session.execute("UPDATE t SET v = v + 1 WHERE n = $1", order[1])
                        }
                    }
                }
                try await group.waitForAll()
            }
            let sum: Int = try await pool.session { try #require(try $0.queryOne("SELECT sum(v) AS sum FROM t"))["sum"] }
            #expect(sum == 4)
            #expect(tries.count >= 3)
        }
    }

    @Test func aDeadlockedPartOfAnOpenTransactionIsRepeated() async throws {
        try await Database.withSchema(size: 2) { pool in
            try await pool.session {
                try $0.script(
                    """
                    CREATE SEQUENCE arrivals; CREATE TABLE t (n int PRIMARY KEY, v int); INSERT INTO t VALUES (1, 0), (2, 0)
                    """)
            }
            let tries = Tries()
            try await withThrowingTaskGroup { group in
                for order in [[1, 2], [2, 1]] {
                    group.addTask {
                        try await pool.openTransaction { open in
                            try await open.part { session in
                                let isFirst = tries.next() <= 2
                                try session.execute("SET LOCAL deadlock_timeout = '10ms'")
                                try session.execute("UPDATE t SET v = v + 1 WHERE n = $1", order[0])
                                try session.meet(isFirst)
                                _ = try session.execute("UPDATE t SET v = v + 1 WHERE n = $1", order[1])
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            let sum: Int = try await pool.session { try #require(try $0.queryOne("SELECT sum(v) AS sum FROM t"))["sum"] }
            #expect(sum == 4)
            #expect(tries.count >= 3)
        }
    }

    @Test func aTransactionThatAlwaysCollidesGivesUpAfterThreeRepeats() async throws {
        let pool = try Database.pool(size: 1)
        let tries = Tries()
        let failure = await code {
            try await pool.transaction { session in
                _ = tries.next()
                try session.execute("DO $$ BEGIN RAISE SQLSTATE '40001'; END $$")
            }
        }
        #expect(failure == .serialization)
        #expect(tries.count == 4)
        await pool.close()
    }

    @Test func aTableChangedUnderPreparedStatements() async throws {
        try await Database.withSchema(size: 1) { pool in
            try await pool.session { try $0.script("CREATE TABLE t (n int); INSERT INTO t VALUES (1)") }
            #expect(try await pool.transaction { try $0.query("SELECT * FROM t").first?.columns } == ["n"])
            try await pool.session { try $0.script("ALTER TABLE t ADD COLUMN m int") }
            #expect(try await pool.transaction { try $0.query("SELECT * FROM t").first?.columns } == ["n", "m"])
        }
    }

    @Test func aSessionThatLeavesATransactionOpenDoesNotHandItOn() async throws {
        try await Database.withSchema(size: 1) { pool in
            try await pool.session { try $0.script("CREATE TABLE t (n int)") }
            try await pool.session { session in
                try session.execute("BEGIN")
                try session.execute("INSERT INTO t VALUES (1)")
            }
            #expect(try await pool.count("t") == 0)
        }
    }

    @Test func aTransactionWithoutStatementsIsNothing() async throws {
        let pool = try Database.pool(size: 1)
        #expect(try await pool.transaction { _ in 5 } == 5)
        await pool.close()
    }
}

struct Refusal: Error {}

/// Counts how often a body runs.
final class Tries: Sendable {
    private let number = Atomic(0)
    var count: Int { number.load(ordering: .relaxed) }
    func next() -> Int { number.add(1, ordering: .relaxed).newValue }
}

extension Pool {
    func count(_ table: String) async throws -> Int {
        try await session { try #require(try $0.queryOne("SELECT count(*) AS n FROM \(table)"))["n"] }
    }
}

extension Session {
    /// Waits until two transactions are here, as the sequence `arrivals` counts them (no transaction hides it); the wait is
    /// in the server, and ends by itself if the other never comes.
    fileprivate func meet(_ isFirstTime: Bool) throws {
        guard isFirstTime else { return }
        try execute("SELECT nextval('arrivals')")
        try script(
            """
            DO $$ BEGIN
                FOR i IN 1..2000 LOOP
                    EXIT WHEN (SELECT last_value FROM arrivals) >= 2;
                    PERFORM pg_sleep(0.005);
                END LOOP;
            END $$
            """)
    }
}

import Logging
import PostgreSQL
import Testing

/// Transactions over asynchronous code.
@Suite struct OpenTransactionTests {
    private struct Refused: Error {}

    private static func withTable(_ body: (Pool) async throws -> Void) async throws {
        try await Database.withSchema { pool in
            try await pool.session { try $0.script("CREATE TABLE things (id integer PRIMARY KEY)") }
            try await body(pool)
        }
    }

    private static func count(_ pool: Pool) async throws -> Int {
        try await pool.session { try $0.queryOne("SELECT count(*) AS count FROM things")?.decode("count") ?? 0 }
    }

    private static func insert(_ id: Int, _ open: OpenTransaction) async throws {
        _ = try await open.part { try $0.execute("INSERT INTO things VALUES ($1)", id) }
    }

    @Test func itsPartsAreThereTogetherAtTheEnd() async throws {
        try await Self.withTable { pool in
            let result = try await pool.openTransaction { open in
                try await Self.insert(1, open)
                #expect(try await Self.count(pool) == 0)
                try await Self.insert(2, open)
                return "done"
            }
            #expect(result == "done")
            #expect(try await Self.count(pool) == 2)
        }
    }

    @Test func whatItsCodeThrowsUndoesAll() async throws {
        try await Self.withTable { pool in
            await #expect(throws: Refused.self) {
                try await pool.openTransaction { open in
                    try await Self.insert(1, open)
                    throw Refused()
                }
            }
            let count = try await Self.count(pool)
            #expect(count == 0)
        }
    }

    @Test func aPartThatFailsIsUndoneAlone() async throws {
        try await Self.withTable { pool in
            try await pool.openTransaction { open in
                try await Self.insert(1, open)
                let taken = await code { try await Self.insert(1, open) }
                #expect(taken == .uniqueViolation(constraint: "things_pkey"))
                await #expect(throws: Refused.self) {
                    try await open.part { session in
                        try session.execute("INSERT INTO things VALUES (7)")
                        throw Refused()
                    }
                }
                try await Self.insert(2, open)
            }
            #expect(try await Self.count(pool) == 2)
        }
    }

    @Test func withoutAServerItsPartsFail() async throws {
        let pool = try Database.pool("postgresql://nobody@127.0.0.1:1/none", waitLimit: .milliseconds(200))
        let failure = await code { try await pool.openTransaction { try await Self.insert(1, $0) } }
        #expect(failure == .unreachable)
        await pool.close()
    }

    @Test func aLostConnectionEndsItForGood() async throws {
        try await Self.withTable { pool in
            let failure = await code {
                try await pool.openTransaction { open in
                    try await Self.insert(1, open)
                    let own: Int = try await open.part {
                        try $0.queryOne("SELECT pg_backend_pid()::bigint AS pid")?.decode("pid") ?? 0
                    }
                    _ = try await pool.session { try $0.query("SELECT pg_terminate_backend($1::integer)", own) }
                    try await Self.insert(2, open)
                }
            }
            #expect(failure == .connectionLost)
            let count = try await Self.count(pool)
            #expect(count == 0)
        }
    }
}

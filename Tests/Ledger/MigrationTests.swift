import Ledger
import PostgreSQL
import Testing

@Suite struct MigrationTests {
    @Test func theSecondTimeThereIsNothingToDo() async throws {
        try await TestDatabase.withSchema { pool in
            let ledger = Ledger(pool: pool)
            #expect(try await ledger.version() == 0)
            #expect(try await ledger.migrate() == Ledger.knownVersions)
            let installation = try await ledger.installation()
            #expect(try await ledger.migrate() == [])
            #expect(try await ledger.version() == Ledger.knownVersion)
            #expect(try await ledger.installation() == installation)
            try await ledger.checkVersion()
        }
    }

    @Test func severalAtTheSameTimeDoItOnce() async throws {
        try await TestDatabase.withSchema(size: 6) { pool in
            let ledger = Ledger(pool: pool)
            let applied = try await withThrowingTaskGroup(of: [Int].self) { group in
                for _ in 0..<6 { group.addTask { try await ledger.migrate() } }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(applied == Ledger.knownVersions)
        }
    }

    @Test func aLedgerOutOfReachOfThisProgramIsRefused() async throws {
        try await TestDatabase.withSchema { pool in
            let ledger = Ledger(pool: pool)
            #expect(await isVersionError { try await ledger.checkVersion() })
            try await ledger.migrate()
            let next = Ledger.knownVersion + 1
            try await pool.session { _ = try $0.execute("INSERT INTO migrations (number, name) VALUES ($1, 'next')", next) }
            try await ledger.checkVersion()
            try await pool.session { _ = try $0.execute("INSERT INTO migrations (number, name) VALUES ($1, 'after')", next + 1) }
            #expect(await isVersionError { try await ledger.checkVersion() })
            #expect(await isVersionError { try await ledger.migrate() })
        }
    }

    private func isVersionError<R>(_ work: () async throws -> R) async -> Bool {
        if case .version = await error(work) { true } else { false }
    }
}

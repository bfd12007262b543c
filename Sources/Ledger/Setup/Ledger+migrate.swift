import Model
import PostgreSQL

extension Ledger {
    /// The version of the schema that this program was made for.
    public static var knownVersion: Int { knownVersions.last ?? 0 }

    /// The numbers of all migrations up to it; numbers may be left out.
    public static var knownVersions: [Int] { Migration.all.map(\.number) }

    /// Brings the schema up to this program's version; any number of programs may do it at the same time.
    ///
    /// - Returns: the numbers of the migrations that were applied now.
    /// - Throws: `version` when the ledger is newer than the next version.
    @discardableResult
    public func migrate() async throws(LedgerError) -> [Int] {
        try await transaction { session in
            // Ledgers that share a database do not wait for each other.
            _ = try session.query("SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || '/migrations', 0))")
            try session.script(
                """
                CREATE TABLE IF NOT EXISTS migrations (
                    number integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())
                """)
            let applied = try appliedMigrations(session)
            try checkNotTooNew(applied)
            let missing = Migration.all.filter { !applied.contains($0.number) }
            for migration in missing {
                try session.script(migration.sql)
                try session.execute("INSERT INTO migrations (number, name) VALUES ($1, $2)", migration.number, migration.name)
            }
            return missing.map(\.number)
        }
    }

    /// The version of the ledger; 0 before the first migration.
    public func version() async throws(LedgerError) -> Int {
        try await versions().max() ?? 0
    }

    private func versions() async throws(LedgerError) -> [Int] {
        try await session { session in
            guard try session.queryOne("SELECT to_regclass('migrations')::text AS name")?.decode("name", as: String?.self) != nil
            else {
                return []
            }
            return try appliedMigrations(session)
        }
    }

    /// A program works on its own version of the ledger and on the next.
    ///
    /// - Throws: `version`, saying what to do.
    public func checkVersion() async throws(LedgerError) {
        let versions = try await versions()
        if let missing = Self.knownVersions.first(where: { !versions.contains($0) }) {
            throw .version("the ledger lacks version \(missing), which this program needs: run continuo-engine migrate")
        }
        try checkNotTooNew(versions)
    }
}

private func appliedMigrations(_ session: Session) throws -> [Int] {
    try session.query("SELECT number FROM migrations").map { try $0.decode("number") }
}

private func checkNotTooNew(_ versions: [Int]) throws(LedgerError) {
    let newer = versions.filter { $0 > Ledger.knownVersion }.sorted()
    guard newer.count <= 1 else {
        throw .version("the ledger is at version \(newer[1]), this program knows \(Ledger.knownVersion): start a newer program")
    }
}

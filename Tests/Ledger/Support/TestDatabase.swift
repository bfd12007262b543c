import FoundationEssentials
import Ledger
import Logging
import PostgreSQL

/// A schema of its own for each test, on the server that `ops/test` provides.
enum TestDatabase {
    struct Missing: Error, CustomStringConvertible {
        let description = "CONTINUO_TEST_DATABASE_URL is not set; run the tests with ops/test, which starts a server"
    }

    /// Runs `body` with a pool whose connections see an empty schema, and drops that afterwards.
    static func withSchema(size: Int = 4, _ body: (PostgreSQL.Pool) async throws -> Void) async throws {
        let name = "test_" + UUID().uuidString.lowercased().replacing("-", with: "")
        let owner = try pool(url(), size: 1)
        try await owner.session { try $0.script("CREATE SCHEMA \(name)") }
        let pool = try pool(url(schema: name), size: size)
        let result: Result<Void, any Error>
        do { result = .success(try await body(pool)) } catch { result = .failure(error) }
        await pool.close()
        try await owner.session { try $0.script("DROP SCHEMA \(name) CASCADE") }
        await owner.close()
        try result.get()
    }

    private static func url(schema: String? = nil) throws -> String {
        guard let url = ProcessInfo.processInfo.environment["CONTINUO_TEST_DATABASE_URL"] else { throw Missing() }
        guard let schema else { return url }
        return url + (url.contains("?") ? "&" : "?") + "options=-csearch_path%3D" + schema
    }

    private static func pool(_ url: String, size: Int) throws -> PostgreSQL.Pool {
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        return PostgreSQL.Pool(try DatabaseConfiguration(url: url), size: size, waitLimit: .seconds(60), logger: quiet)
    }
}

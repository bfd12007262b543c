import Foundation
import Logging
import PostgreSQL
import Testing

/// The server that `ops/test` provides, and a schema of its own for each test.
enum Database {
    static var quiet: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }

    static func url() throws -> String {
        guard let url = ProcessInfo.processInfo.environment["CONTINUO_TEST_DATABASE_URL"] else {
            throw MissingServer("CONTINUO_TEST_DATABASE_URL is not set; run the tests with ops/test, which starts a server")
        }
        return url
    }

    /// The shared server's URL with `changes` made to its parts.
    static func url(_ change: (inout URLComponents) -> Void) throws -> String {
        var parts = try #require(URLComponents(string: url()))
        change(&parts)
        return try #require(parts.string)
    }

    static func pool(
        _ url: String? = nil, size: Int = 2, waitLimit: Duration = .seconds(10), statementTimeout: Duration = .seconds(20)
    ) throws -> Pool {
        let configuration = try DatabaseConfiguration(url: url ?? Self.url(), statementTimeout: statementTimeout)
        return Pool(configuration, size: size, waitLimit: waitLimit, logger: quiet)
    }

    /// Runs `body` with a pool whose connections see a fresh schema, and drops that afterwards.
    static func withSchema(size: Int = 2, _ body: (Pool) async throws -> Void) async throws {
        let schema = "test_" + UUID().uuidString.lowercased().replacingOccurrences(of: "-", with: "")
        let owner = try pool(size: 1)
        try await owner.session { try $0.script("CREATE SCHEMA \(schema)") }
        let pool = try pool(url { $0.add("options", "-csearch_path=\(schema)") }, size: size)
        let outcome = await outcome { try await body(pool) }
        await pool.close()
        try await owner.session { try $0.script("DROP SCHEMA \(schema) CASCADE") }
        await owner.close()
        try outcome.get()
    }
}

struct MissingServer: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

extension URLComponents {
    mutating func add(_ option: String, _ value: String) {
        queryItems = (queryItems ?? []) + [URLQueryItem(name: option, value: value)]
    }
}

/// The code of the error that `work` throws, nil if it throws none or another.
func code(_ work: () async throws -> Void) async -> DatabaseError.Code? {
    do {
        try await work()
        return nil
    } catch {
        return (error as? DatabaseError)?.code
    }
}

/// What came of `work`, so that what it used can be cleaned up before its error goes on.
func outcome(_ work: () async throws -> Void) async -> Result<Void, any Error> {
    do {
        return .success(try await work())
    } catch {
        return .failure(error)
    }
}

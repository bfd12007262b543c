import FoundationEssentials
import Logging
import PostgreSQL

/// A schema of a test's own on the PostgreSQL that `ops/test` provides.
public enum TestSchema {
    /// Makes one, hands over a URL whose connections see it alone, and drops it afterwards.
    public static func with<R>(_ body: (String) async throws -> R) async throws -> R {
        let url = try TestSettings.value("CONTINUO_TEST_DATABASE_URL")
        let name = "test_" + UUID().uuidString.lowercased().filter { $0 != "-" }
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let owner = Pool(try DatabaseConfiguration(url: url), size: 1, waitLimit: .seconds(60), logger: quiet)
        try await owner.session { try $0.script("CREATE SCHEMA \(name)") }
        let separator = url.contains("?") ? "&" : "?"
        let result: Result<R, any Error>
        do {
            result = .success(try await body("\(url)\(separator)options=-csearch_path%3D\(name)"))
        } catch {
            result = .failure(error)
        }
        try await owner.session { try $0.script("DROP SCHEMA \(name) CASCADE") }
        await owner.close()
        return try result.get()
    }
}

/// What `ops/test` says about the servers it started.
enum TestSettings {
    struct Missing: Error, CustomStringConvertible {
        let variable: String
        var description: String { "\(variable) is not set; run the tests with ops/test, which starts the servers they need" }
    }

    static func value(_ variable: String) throws -> String {
        guard let value = ProcessInfo.processInfo.environment[variable] else { throw Missing(variable: variable) }
        return value
    }
}

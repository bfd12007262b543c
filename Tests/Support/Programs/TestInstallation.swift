package import Curl
package import Foundation
import Logging
import Model
package import PostgreSQL

/// What one Continuo of a test's own needs before any program runs: a schema, a virtual host, keys, a folder.
package struct TestInstallation: Sendable {
    package let servers: Servers
    package let name: String
    package let folder: URL
    /// The settings of its programs.
    package let environment: [String: String]
    package let id: String
    package let adminKey: String
    package let tenantKey: String
    package let http: HTTPClient

    package init(_ purpose: String, on servers: Servers) async throws {
        self.servers = servers
        name = purpose + "_" + UUID().uuidString.lowercased().replacing("-", with: "").prefix(12)
        http = HTTPClient()
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("continuo-\(name)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        environment = Self.environment(servers, name, folder)
        try await Self.sql("CREATE SCHEMA \(name)", servers)
        try await Self.virtualHost("PUT", name, servers, http)
        let engine = Engine(environment: environment, folder: folder)
        try await engine.run("root-key", "--out", engine.path("root.key"))
        try await engine.run("migrate")
        try await engine.run("site", "add", "default", "--agent-file", engine.path("site.json"))
        try await engine.run("tenant", "add", "acme")
        adminKey = try await engine.key("--role", "admin")
        tenantKey = try await engine.key("--role", "tenant", "--tenant", "acme")
        let site = try JSONValue(parsing: Array(Data(contentsOf: folder.appendingPathComponent("site.json"))))
        id = site["installation"].text ?? ""
    }

    /// Agents' credentials.
    package var siteFile: String { folder.appendingPathComponent("site.json").path }

    package func admin(port: Int) -> API { API(http: http, port: port, key: adminKey) }

    package func tenant(port: Int) -> API { API(http: http, port: port, key: tenantKey) }

    /// A connection to its schema.
    package func database() throws -> PostgreSQL.Pool {
        let configuration = try DatabaseConfiguration(url: environment["CONTINUO_DATABASE_URL"] ?? "")
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        return PostgreSQL.Pool(configuration, size: 1, waitLimit: .seconds(60), logger: quiet)
    }

    /// Calls the broker's management, behind Continuo's back.
    package func broker(_ method: String, _ path: String) async throws {
        try await Self.administer(method, path, servers, http)
    }

    /// Removes what it has on the servers. To be called when no program runs any more.
    package func remove() async {
        try? await Self.virtualHost("DELETE", name, servers, http)
        try? await Self.sql("DROP SCHEMA \(name) CASCADE", servers)
        try? FileManager.default.removeItem(at: folder)
        http.shutdown()
    }
}

extension TestInstallation {
    private static func environment(_ servers: Servers, _ name: String, _ folder: URL) -> [String: String] {
        var database = servers.database
        database.queryItems = (database.queryItems ?? []) + [URLQueryItem(name: "options", value: "-csearch_path=\(name)")]
        database.percentEncodedQuery = database.percentEncodedQuery?.replacing("-csearch_path=", with: "-csearch_path%3D")
        var broker = servers.broker
        broker.path = "/\(name)"
        return [
            "CONTINUO_DATABASE_URL": database.string ?? "", "CONTINUO_AMQP_URL": broker.string ?? "",
            "CONTINUO_ROOT_KEY_FILE": folder.appendingPathComponent("root.key").path, "CONTINUO_LISTEN": "127.0.0.1:0",
            "CONTINUO_LOG_LEVEL": "debug",
        ]
    }

    private static func sql(_ statement: String, _ servers: Servers) async throws {
        let configuration = try DatabaseConfiguration(url: servers.database.string ?? "")
        let pool = PostgreSQL.Pool(configuration, size: 1, waitLimit: .seconds(10), logger: Logger(label: "test"))
        try await pool.session { try $0.script(statement) }
        await pool.close()
    }

    private static func virtualHost(_ method: String, _ name: String, _ servers: Servers, _ http: HTTPClient) async throws {
        try await administer(method, "/vhosts/\(name)", servers, http)
    }

    private static func administer(_ method: String, _ path: String, _ servers: Servers, _ http: HTTPClient) async throws {
        let administration = servers.brokerAdministration
        let login = Data("\(administration.user ?? ""):\(administration.password ?? "")".utf8).base64EncodedString()
        let response = try await http.send(
            Request(
                method, .tcp(host: administration.host ?? "", port: administration.port ?? 0, tls: nil), "/api" + path,
                headers: [("authorization", "Basic \(login)"), ("content-type", "application/json")],
                body: .bytes(Array("{}".utf8))))
        guard (200..<300).contains(response.status) else { throw Failure("\(method) \(path): \(response.status)") }
    }
}

/// The engine program, run for what it does directly on the ledger.
private struct Engine {
    let environment: [String: String]
    let folder: URL

    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    func run(_ arguments: String...) async throws {
        try await run(arguments)
    }

    private func run(_ arguments: [String]) async throws {
        try await RunningProgram.run("continuo-engine", arguments, environment: environment)
    }

    func key(_ arguments: String...) async throws -> String {
        let file = path(UUID().uuidString)
        try await run(["key", "add"] + arguments + ["--key-file", file])
        return try String(contentsOfFile: file, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

import Curl
import Foundation
import Logging
import Model
import PostgreSQL
import Synchronization

/// A whole Continuo of a test's own: schema, vhost, keys, real processes; on the shared servers.
actor Continuo {
    let servers: Servers
    let name: String
    let http = HTTPClient()
    private let folder: URL
    private let environment: [String: String]
    /// A share of the subnets and ports of the machine, 0 to 39, so that installations under test do not meet.
    private let share: Int
    /// The next share; the first is chosen at random, so that two runs seldom meet.
    private static let shares = Atomic(Int.random(in: 0..<40))
    private(set) var engine: RunningProgram
    private(set) var agents: [RunningProgram] = []
    private(set) var watchdog: RunningProgram
    private(set) var port = 0
    private var adminKey = ""
    private var tenantKey = ""
    private(set) var installation = ""

    var admin: API { API(http: http, port: port, key: adminKey) }
    var tenant: API { API(http: http, port: port, key: tenantKey) }
    var docker: Docker { Docker(http: http, socket: servers.dockerSocket) }
    var label: String { "continuo.installation=\(installation)" }

    /// Runs a test in a Continuo of its own and leaves nothing of it behind, however the test ends.
    static func run(_ body: (Continuo) async throws -> Void) async throws {
        let continuo = try await Continuo()
        do {
            try await body(continuo)
        } catch {
            let story = await continuo.story()
            await continuo.end()
            throw Failure("\(error)\n\(story)")
        }
        await continuo.end()
    }

    private init() async throws {
        let servers = try Servers.fromEnvironment()
        let name = "e2e_" + UUID().uuidString.lowercased().replacing("-", with: "").prefix(12)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("continuo-\(name)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        self.servers = servers
        self.name = name
        self.folder = folder
        share = Self.shares.add(1, ordering: .relaxed).oldValue % 40
        environment = Self.environment(servers, name, folder)
        try await Self.make(name, servers, http)
        let rootKey = folder.appendingPathComponent("root.key").path
        try await RunningProgram.run("continuo-engine", ["root-key", "--out", rootKey], environment: environment)
        try await RunningProgram.run("continuo-engine", ["migrate"], environment: environment)
        let site = folder.appendingPathComponent("site.json").path
        try await RunningProgram.run(
            "continuo-engine", ["site", "add", "default", "--agent-file", site], environment: environment)
        try await RunningProgram.run("continuo-engine", ["tenant", "add", "acme"], environment: environment)
        adminKey = try await Self.key(["--role", "admin"], folder, environment)
        tenantKey = try await Self.key(["--role", "tenant", "--tenant", "acme"], folder, environment)
        let siteFile = try JSONValue(parsing: Array(Data(contentsOf: URL(fileURLWithPath: site))))
        installation = siteFile["installation"].text ?? ""
        engine = try RunningProgram("continuo-engine", ["serve"], environment: environment)
        watchdog = try RunningProgram("continuo-watchdog", [], environment: environment)
        try await awaitPort()
        try startAgent()
    }

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

    private static func key(_ arguments: [String], _ folder: URL, _ environment: [String: String]) async throws -> String {
        let file = folder.appendingPathComponent(UUID().uuidString).path
        try await RunningProgram.run(
            "continuo-engine", ["key", "add"] + arguments + ["--key-file", file], environment: environment)
        return try String(contentsOfFile: file, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    // MARK: Processes

    private func awaitPort() async throws {
        let line = try await engine.line(with: "listening on http://")
        guard let port = line.split(separator: ":").last.flatMap({ Int($0.prefix { $0.isNumber }) }) else {
            throw Failure("no port in: \(line)")
        }
        self.port = port
    }

    func startEngine() async throws {
        engine = try RunningProgram("continuo-engine", ["serve"], environment: environment)
        try await awaitPort()
    }

    func startWatchdog() throws {
        watchdog = try RunningProgram("continuo-watchdog", [], environment: environment)
    }

    func startAgent() throws {
        let site = folder.appendingPathComponent("site.json").path
        let arguments = [
            "--driver", "docker", "--site", "default", "--site-file", site, "--allow", "unix://\(servers.dockerSocket)",
        ]
        agents.append(try RunningProgram("continuo-agent", arguments, environment: environment))
    }

    // MARK: Rooms on the shared servers

    private static func make(_ name: String, _ servers: Servers, _ http: HTTPClient) async throws {
        try await sql("CREATE SCHEMA \(name)", servers)
        try await vhost("PUT", name, servers, http)
    }

    private static func sql(_ statement: String, _ servers: Servers) async throws {
        let configuration = try DatabaseConfiguration(url: servers.database.string ?? "")
        let pool = Pool(configuration, size: 1, waitLimit: .seconds(10), logger: Logger(label: "e2e"))
        try await pool.session { try $0.script(statement) }
        await pool.close()
    }

    private static func vhost(_ method: String, _ name: String, _ servers: Servers, _ http: HTTPClient) async throws {
        let administration = servers.brokerAdministration
        let login = Data("\(administration.user ?? ""):\(administration.password ?? "")".utf8).base64EncodedString()
        let response = try await http.send(
            Request(
                method, .tcp(host: administration.host ?? "", port: administration.port ?? 0, tls: nil), "/api/vhosts/\(name)",
                headers: [("authorization", "Basic \(login)"), ("content-type", "application/json")],
                body: .bytes(Array("{}".utf8))))
        guard (200..<300).contains(response.status) else { throw Failure("\(method) vhost \(name): \(response.status)") }
    }

    // MARK: The end

    /// What the processes printed last, for a failure's message; the whole of it is kept beside the build.
    private func story() -> String {
        let logs = RunningProgram.folder.appendingPathComponent("../test-logs/\(name)").standardized
        try? FileManager.default.createDirectory(at: logs, withIntermediateDirectories: true)
        return ([engine, watchdog] + agents).map { program in
            let log = logs.appendingPathComponent("\(program.name)-\(program.processID).log")
            try? program.printed.write(to: log, atomically: true, encoding: .utf8)
            return "--- \(log.path) ends:\n\(program.printed.suffix(1500))"
        }.joined(separator: "\n")
    }

    private func end() async {
        for program in [engine, watchdog] + agents {
            program.signal(SIGKILL)
            await program.ended()
        }
        if !installation.isEmpty { try? await docker.removeAll(label) }
        try? await Self.vhost("DELETE", name, servers, http)
        try? await Self.sql("DROP SCHEMA \(name) CASCADE", servers)
        try? FileManager.default.removeItem(at: folder)
        http.shutdown()
    }
}

extension Continuo {
    /// Registers the shared Docker as a host and waits until it is active.
    func registerDocker(capacity: Int, autofill: Bool) async throws -> String {
        let host = try await admin.call(
            "POST", "/v1/hosts",
            [
                "name": "local", "driver": "docker", "endpoint": .string("unix://\(servers.dockerSocket)"),
                "address": "127.0.0.1",
                "capacity": .integer(capacity), "autofill": .bool(autofill), "network": .string("10.\(211 + share).0.0/16"),
                "portRange": ["first": .integer(10_000 + share * 200), "last": .integer(10_199 + share * 200)],
            ], expect: [202])
        try await admin.succeeds(host)
        guard let id = host["id"].text else { throw Failure("a host without id: \(host)") }
        return id
    }

    /// Makes one chain of `nodes` nodes and waits until it runs; returns its id.
    func makeChain(on host: String, nodes: Int) async throws -> String {
        let chain = try await admin.call("POST", "/v1/chains", chainRequest(on: host, nodes: nodes), expect: [202])
        try await admin.succeeds(chain)
        return chain["id"].text ?? ""
    }

    nonisolated func chainRequest(on host: String, nodes: Int) -> JSONValue {
        ["host": .string(host), "blueprint": "litecoin-regtest", "parameters": ["nodes": .integer(nodes)]]
    }

    /// Applies for a chain as the tenant, waits where it is still being made, and takes it into hand.
    func lease() async throws -> LeasedChain {
        let applied = try await tenant.call("POST", "/v1/chains/apply", ["blueprint": "litecoin-regtest"], expect: [200, 202])
        let lease = applied["lease"]["id"].text ?? ""
        _ = try await eventually("lease \(lease) is active") {
            try await tenant.get("/v1/leases/\(lease)")["status"] == "active" ? true : nil
        }
        return try await LeasedChain(applied["chain"]["id"].text ?? "", of: tenant)
    }

    /// Deletes every chain and the host, and checks that nothing of ours is left on Docker.
    func leaveNothing(host: String) async throws {
        for chain in try await admin.get("/v1/chains?limit=200")["items"].items
        where chain["phase"] != "gone" && chain["phase"] != "deleting" {
            try await admin.call("DELETE", "/v1/chains/\(chain["id"].text ?? "")?force=true", expect: [202])
        }
        _ = try await eventually("no chain is left") {
            let chains = try await admin.get("/v1/chains?limit=200")["items"].items
            return chains.allSatisfy { $0["phase"] == "gone" } ? true : nil
        }
        try await admin.succeeds(try await admin.call("DELETE", "/v1/hosts/\(host)", expect: [202]))
        let left = try await docker.count(label)
        guard left == 0 else { throw Failure("\(left) objects are left on Docker") }
    }
}

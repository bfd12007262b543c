import Foundation
import Model
import Programs
import Synchronization

/// A whole Continuo of a test's own: schema, vhost, keys, real processes; on the shared servers.
actor Continuo {
    let installation: TestInstallation
    let dockerSocket: String
    /// A share of the subnets and ports of the machine, 0 to 39, so that installations under test do not meet.
    private let share: Int
    /// The next share; the first is chosen at random, so that two runs seldom meet.
    private static let shares = Atomic(Int.random(in: 0..<40))
    private(set) var engine: RunningProgram
    private(set) var agents: [RunningProgram] = []
    private(set) var watchdog: RunningProgram
    private(set) var port = 0

    var admin: API { installation.admin(port: port) }
    var tenant: API { installation.tenant(port: port) }
    var docker: Docker { Docker(http: installation.http, socket: dockerSocket) }
    var label: String { "continuo.installation=\(installation.id)" }

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
        installation = try await TestInstallation("e2e", on: Servers.fromEnvironment())
        dockerSocket = try Servers.dockerSocket()
        share = Self.shares.add(1, ordering: .relaxed).oldValue % 40
        engine = try RunningProgram("continuo-engine", ["serve"], environment: installation.environment)
        watchdog = try RunningProgram("continuo-watchdog", [], environment: installation.environment)
        try await awaitPort()
        try startAgent()
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
        engine = try RunningProgram("continuo-engine", ["serve"], environment: installation.environment)
        try await awaitPort()
    }

    func startWatchdog() throws {
        watchdog = try RunningProgram("continuo-watchdog", [], environment: installation.environment)
    }

    func startAgent() throws {
        let arguments = [
            "--driver", "docker", "--site", "default", "--site-file", installation.siteFile, "--allow", "unix://\(dockerSocket)",
        ]
        agents.append(try RunningProgram("continuo-agent", arguments, environment: installation.environment))
    }

    // MARK: The end

    /// What the processes printed last, for a failure's message; the whole of it is kept beside the build.
    private func story() -> String {
        let logs = RunningProgram.folder.appendingPathComponent("../test-logs/\(installation.name)").standardized
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
        try? await docker.removeAll(label)
        await installation.remove()
    }
}

extension Continuo {
    /// Registers the shared Docker as a host and waits until it is active.
    func registerDocker(capacity: Int, autofill: Bool) async throws -> String {
        let host = try await admin.call(
            "POST", "/v1/hosts",
            [
                "name": "local", "driver": "docker", "endpoint": .string("unix://\(dockerSocket)"),
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

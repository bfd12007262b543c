import Foundation
import Glibc
import Model
import PostgreSQL
import Programs

/// A Continuo whose programs a test starts, stops and kills one by one, with a memory host.
actor House {
    let installation: TestInstallation
    let host: MemoryStage
    let ledger: PostgreSQL.Pool
    private let beginning: StartGate.Turn
    private(set) var port = 0
    private var programs: [RunningProgram] = []

    /// Lets `body` use one, and ends it; what it throws is told with what the programs said last.
    static func with(_ servers: Servers, _ body: (House) async throws -> Void) async throws {
        try await MemoryStage.with { host in
            let (installation, beginning) = try await StartGate.shared.installation(on: servers)
            let house = try House(installation, host, beginning)
            let result: Result<Void, any Error>
            do {
                result = .success(try await body(house))
            } catch {
                result = .failure(Failure("\(error)\n\(await house.story())"))
            }
            await house.end()
            try result.get()
        }
    }

    private init(_ installation: TestInstallation, _ host: MemoryStage, _ beginning: StartGate.Turn) throws {
        self.installation = installation
        self.host = host
        self.beginning = beginning
        ledger = try installation.database()
    }

    var admin: API { installation.admin(port: port) }

    // MARK: Programs

    @discardableResult
    func startEngine() async throws -> RunningProgram {
        let engine = try start("continuo-engine", ["serve"])
        let line = try await engine.line(with: "listening on http://")
        port = line.split(separator: ":").last.flatMap { Int($0.prefix { $0.isNumber }) } ?? 0
        return engine
    }

    @discardableResult
    func startWatchdog() throws -> RunningProgram {
        try start("continuo-watchdog", [])
    }

    @discardableResult
    func startAgent(_ options: String...) throws -> RunningProgram {
        try startAgent(options)
    }

    @discardableResult
    func startAgent(_ options: [String]) throws -> RunningProgram {
        let arguments = ["--driver", "memory", "--site", "default", "--site-file", installation.siteFile]
        return try start("continuo-agent", arguments + ["--allow", host.target.endpoint] + options)
    }

    /// A memory host in the place of one that has died.
    func startHost() async throws {
        _ = try await start("continuo-memory-host", host.arguments).line(with: "listening on")
    }

    private func start(_ name: String, _ arguments: [String]) throws -> RunningProgram {
        let program = try RunningProgram(name, arguments, environment: installation.environment)
        programs.append(program)
        return program
    }

    private func story() -> String {
        programs.map { "--- \($0.name) \($0.processID) said last:\n\($0.printed.suffix(1500))" }.joined(separator: "\n")
    }

    private func end() async {
        await beginning.end()
        for program in programs {
            program.signal(SIGKILL)
            await program.ended()
        }
        await ledger.close()
        await installation.remove()
    }
}

extension House {
    /// Registers the host and waits until it is active; returns its id.
    func register(capacity: Int = 8) async throws -> String {
        let host = try await admin.call("POST", "/v1/hosts", host.target.request(capacity: capacity), expect: [202])
        try await admin.succeeds(host)
        await beginning.end()
        return host["id"].text ?? ""
    }

    /// Asks for a chain and returns the answer.
    func ask(on host: String, nodes: Int = 2) async throws -> JSONValue {
        let body: JSONValue = [
            "host": .string(host), "blueprint": "litecoin-regtest", "parameters": ["nodes": .integer(nodes)],
        ]
        return try await admin.call("POST", "/v1/chains", body, expect: [202])
    }

    func operation(_ answer: JSONValue) async throws -> JSONValue {
        try await admin.get("/v1/operations/\(answer["operation"]["id"].text ?? "")")
    }

    /// Waits until somebody works on it.
    func isWorking(_ answer: JSONValue) async throws {
        _ = try await eventually("somebody works on it", pause: .milliseconds(20)) {
            try await operation(answer)["status"] == "working" ? true : nil
        }
    }

    /// What a query of one number answers.
    func count(_ query: String) async throws -> Int {
        try await ledger.session { try $0.queryOne(query)?["n"] ?? 0 }
    }

    /// What the operation's attempts cost it.
    func charged(_ answer: JSONValue) async throws -> Int {
        try await count("SELECT charged::bigint AS n FROM operations WHERE id = '\(answer["operation"]["id"].text ?? "")'")
    }
}

import Curl
import Foundation
import Glibc
import Model
import Programs

/// The host that a scene plays on, as its owner sees it.
protocol Stage: Sendable {
    var target: Target { get }
    /// How many nodes the clients' chains have; at least two.
    var nodes: Int { get }
    func containers() async throws -> [HostContainer]
    /// How many objects are there, of whatever kind.
    func objects() async throws -> Int
    /// What happened to it more often than it should.
    func doubled() -> [String]
}

/// A memory host, a process of its own that nobody kills.
struct MemoryStage: Stage {
    let target: Target
    let nodes = 2
    private let http: HTTPClient
    private let socket: String
    private let program: RunningProgram

    /// How another one in its place is started.
    var arguments: [String] { Self.arguments(socket) }

    /// Lets `body` use one, and ends it.
    static func with<R>(_ body: (MemoryStage) async throws -> R) async throws -> R {
        let stage = try await MemoryStage()
        let result: Result<R, any Error>
        do { result = .success(try await body(stage)) } catch { result = .failure(error) }
        stage.program.signal(SIGKILL)
        await stage.program.ended()
        stage.http.shutdown()
        try? FileManager.default.removeItem(atPath: stage.socket)
        return try result.get()
    }

    private init() async throws {
        http = HTTPClient()
        socket = "/tmp/continuo-\(UUID().uuidString.prefix(18)).sock"
        target = Target(driver: "memory", endpoint: "unix://\(socket)", network: "10.200.0.0/16", firstPort: 20_000)
        program = try RunningProgram(
            "continuo-memory-host", Self.arguments(socket), environment: ["CONTINUO_LOG_LEVEL": "debug"])
        _ = try await program.line(with: "listening on")
    }

    private static func arguments(_ socket: String) -> [String] { ["--socket", socket, "--latency-ms", "5"] }

    func containers() async throws -> [HostContainer] {
        try await list().filter { $0["spec"]["kind"] == "container" }.map { object in
            let labels = object["spec"]["labels"]
            return HostContainer(
                chain: labels["continuo.chain"].text ?? "", node: object["spec"]["name"].text ?? "",
                isRunning: object["state"] == "running")
        }
    }

    func objects() async throws -> Int { try await list().count }

    private func list() async throws -> [JSONValue] {
        let response = try await http.send(Request("GET", .unix(socket), "/objects", responseLimit: 64 << 20))
        return try JSONValue(parsing: response.body).items
    }

    /// It dies with all that is on it.
    func die() async {
        program.signal(SIGKILL)
        await program.ended()
    }

    /// From now on each call of a kind takes longer.
    func slow(_ call: String, by delay: Duration) async throws {
        let fault: JSONValue = ["call": .string(call), "times": 100_000, "delay": .integer(Int(delay / .milliseconds(1)))]
        _ = try await http.send(
            Request(
                "POST", .unix(socket), "/faults", headers: [("content-type", "application/json")],
                body: .bytes(try fault.bytes)))
    }

    func clearFaults() async throws {
        _ = try await http.send(Request("DELETE", .unix(socket), "/faults"))
    }

    /// Each container is made once for each restart; two of one kind were the same work done twice.
    func doubled() -> [String] {
        let made = program.printed.split(separator: "\n").compactMap { line in
            line.range(of: "made a container").map { String(line[$0.upperBound...]) }
        }
        return Dictionary(grouping: made, by: \.self).filter { $0.value.count > 1 }.map {
            "made \($0.value.count) times:\($0.key)"
        }
    }
}

import Curl
import DockerSupport
import Drivers
import Foundation
import MemoryDriver
import Model
import Synchronization

/// A `continuo-memory-host` of the test's own, and what a stranger can do with it.
struct MemoryHostProcess: Stranger {
    let client = HTTPClient()
    let endpoint: String
    private let process: Process
    private let folder: String

    /// Starts the program that was built with these tests, and returns when it answers.
    init() async throws {
        folder = NSTemporaryDirectory() + "/memory-" + UUID().uuidString.prefix(8)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        endpoint = "unix://\(folder)/host.sock"
        process = Process()
        process.executableURL = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appending(path: "continuo-memory-host")
        process.arguments = ["--socket", folder + "/host.sock"]
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        try await answers()
    }

    private func answers() async throws {
        for _ in 0..<200 {
            if (try? await call("GET", "/info")) != nil { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        end()
        throw Unmet("continuo-memory-host does not answer at \(endpoint)")
    }

    func end() {
        process.terminate()
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// What is on the host beside what the stranger has removed himself.
    func objects() async throws -> [MemoryObject] {
        try JSONDecoder().decode([MemoryObject].self, from: try await call("GET", "/objects"))
    }

    func holding(port: Int, subnet: String, _ body: () async throws -> Void) async throws {
        let ports = [PortAssignment(node: "theirs", name: "p", port: port)]
        let specs: [MemoryObject.Spec] = [
            .init(kind: .network, name: "theirs", labels: [:], subnet: subnet),
            .init(kind: .container, name: "theirs", labels: [:], image: "any", ports: ports),
        ]
        var made: [MemoryObject] = []
        for spec in specs {
            let data = try await call("POST", "/objects", Array(JSONEncoder().encode(MemoryObject.Creation(spec))))
            made.append(try JSONDecoder().decode(MemoryObject.self, from: data))
        }
        try await call("POST", "/containers/\(made[1].id)/start")
        try await body()
        guard try await objects().contains(where: { $0.id == made[1].id && $0.state == .running }) else {
            throw Unmet("the stranger's container does not run any more")
        }
        for object in made { try await call("DELETE", "/objects/\(object.spec.kind.rawValue)/\(object.id)") }
    }

    @discardableResult
    private func call(_ method: String, _ path: String, _ body: [UInt8]? = nil) async throws -> Data {
        let socket = Endpoint.unix(String(endpoint.dropFirst("unix://".count)))
        let headers = [("Content-Type", "application/json")]
        let response = try await client.send(
            Request(method, socket, path, headers: headers, body: body.map(Body.bytes) ?? .none))
        guard (200..<300).contains(response.status) else { throw Unmet("\(method) \(path): \(response.status)") }
        return Data(response.body)
    }
}

extension MemoryHostProcess {
    /// Gives `body` a host of its own, and ends it afterwards.
    /// - Throws: `Unmet` when objects are left on it.
    static func using(_ body: (MemoryHostProcess) async throws -> Void) async throws {
        let host = try await MemoryHostProcess()
        defer { host.end() }
        try await body(host)
        let left = try await host.objects()
        guard left.isEmpty else { throw Unmet("left behind: \(left.map { "\($0.spec.kind) \($0.spec.name)" })") }
    }
}

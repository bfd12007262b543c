import Curl
import DockerSupport
import Drivers
import Foundation
import MemoryDriver
import Model
import Synchronization

/// A `continuo-memory-host` of the test's own, and what a stranger can do with it.
struct MemoryHostProcess: Stranger, Insight, Troubles {
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

    /// Killed: a call that a fault delays would hold its shutdown.
    func end() {
        kill(process.processIdentifier, SIGKILL)
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
    private func id(_ node: ObservedNode) throws -> String {
        guard let id = node.object else { throw Unmet("\(node.name) has no container") }
        return id
    }

    func file(_ path: String, in node: ObservedNode, of work: ChainWork) async throws -> InnerFile {
        let data = try await call("GET", "/containers/\(try id(node))/file?path=\(Request.percentEncoded(path))")
        let file = try JSONDecoder().decode(MemoryObject.File.self, from: data)
        return InnerFile(
            content: String(decoding: file.content, as: UTF8.self), mode: file.mode, owner: file.owner, group: file.group)
    }

    func say(_ line: String, in node: ObservedNode, of work: ChainWork) async throws {
        try await call("POST", "/containers/\(try id(node))/log", Array(JSONEncoder().encode([line])))
    }

    func finds(_ name: String, in node: ObservedNode, of work: ChainWork) async throws -> Bool {
        try await objects().contains {
            $0.spec.labels[ObjectLabels.Name.chain] == work.id.description && $0.spec.names.contains(name)
        }
    }

    func runs(of task: String, _ work: ChainWork) async throws -> [String] {
        try await objects().filter {
            $0.spec.labels[ObjectLabels.Name.chain] == work.id.description && $0.spec.labels[ObjectLabels.Name.task] == task
        }.map(\.id)
    }

    func task(_ name: String, _ stage: PlannedTask.Stage, says lines: [String], exitCode: Int) -> PlannedTask {
        PlannedTask(name: name, image: "ending/\(exitCode)", command: lines, stage: stage)
    }

    func endlessTask(_ name: String, _ stage: PlannedTask.Stage) -> PlannedTask {
        PlannedTask(name: name, image: "endless", stage: stage)
    }

    func sick(_ node: PlannedNode) -> PlannedNode {
        var node = node
        node.image = "sick/image"
        return node
    }
}

extension MemoryHostProcess {
    private func faulty(
        _ fault: MemoryFault, _ body: (HostTarget, WorkContext) async throws -> Void
    ) async throws {
        try await call("POST", "/faults", Array(JSONEncoder().encode(fault)))
        try await body(
            HostTarget(id: .fresh(), driver: .memory, endpoint: endpoint, address: "127.0.0.1"),
            WorkContext(installation: .fresh(), vaults: PlainSmith(), mayAct: {}))
        try await call("DELETE", "/faults")
    }

    func slowHost(_ body: (HostTarget, WorkContext) async throws -> Void) async throws {
        try await faulty(MemoryFault(call: "*", times: 100, action: .delay(3_600_000)), body)
    }

    func fullHost(_ body: (HostTarget, WorkContext) async throws -> Void) async throws {
        try await faulty(MemoryFault(call: "create", times: 100, action: .refuse(.noRoom)), body)
    }

    func lockedHost(_ body: (HostTarget, WorkContext) async throws -> Void) async throws {
        try await faulty(MemoryFault(call: "*", times: 100, action: .refuse(.denied)), body)
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

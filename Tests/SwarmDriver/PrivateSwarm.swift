import DockerSupport
import Foundation
import Programs

/// A swarm of two machines of one test alone, which it may part.
struct PrivateSwarm {
    let field: SwarmField
    private let folder: String
    private static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("ops/testbed/swarm").path

    /// Starts one, lets `body` use it, and leaves nothing of it.
    static func temporary(_ body: (PrivateSwarm) async throws -> Void) async throws {
        let folder = "/tmp/ctn-swarm-\(UUID().uuidString.prefix(8))"
        do {
            let urls = try await Command.run(script, ["start", folder]).split(separator: "\n").map(String.init)
            guard urls.count == 2 else { throw Unmet("no two machines: \(urls)") }
            let field = try await SwarmField(manager: try await .at(urls[0]), worker: try await .at(urls[1]))
            try await body(PrivateSwarm(field: field, folder: folder))
        } catch {
            try? await remove(folder)
            throw error
        }
        try await remove(folder)
    }

    private static func remove(_ folder: String) async throws {
        try await Command.run(script, ["stop", folder])
        try FileManager.default.removeItem(atPath: folder)
    }

    /// Pulls the worker's cable, or plugs it in again.
    func worker(isReachable: Bool) async throws {
        let switchName = try String(contentsOfFile: folder + "/switch", encoding: .utf8).trimmingCharacters(in: .newlines)
        try await Command.run(
            "/usr/bin/nsenter",
            ["--net=/run/netns/\(switchName)", "ip", "link", "set", "machine2", isReachable ? "up" : "down"])
    }

    /// Changes the worker as its swarm sees it: its `Availability`, its `Role`.
    func changeWorker(_ change: (inout [String: String]) -> Void) async throws {
        struct Info: Decodable {
            struct Swarm: Decodable { var nodeID: String }
            var swarm: Swarm
        }
        struct Machine: Decodable {
            struct Version: Decodable { var index: Int }
            var version: Version
        }
        let id = try await field.worker.read(Info.self, "/info").swarm.nodeID
        let machine = try await field.manager.read(Machine.self, "/nodes/\(id)")
        var spec = ["Role": "worker", "Availability": "active"]
        change(&spec)
        try await field.manager.call(
            "POST", "/nodes/\(id)/update?version=\(machine.version.index)",
            json: String(decoding: try JSONEncoder().encode(spec), as: UTF8.self))
    }
}

/// Looks again and again until what is seen is as wanted, five times a second or as often as a look takes.
func eventually<Value>(
    _ what: String, within limit: Duration = .seconds(120), _ look: () async throws -> Value?
) async throws -> Value {
    let end = ContinuousClock.now + limit
    while ContinuousClock.now < end {
        if let value = try await look() { return value }
        try await Task.sleep(for: .milliseconds(200))
    }
    throw Unmet("not within \(limit): \(what)")
}

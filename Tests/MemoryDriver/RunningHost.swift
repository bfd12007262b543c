import Curl
import Foundation
import MemoryDriver
import Model

/// A memory host as a real process, on a socket of its own.
final class RunningHost: Sendable {
    let target: HostTarget
    private let process: Process
    private let client = HTTPClient()
    private let socket: String

    private init() async throws {
        socket = FileManager.default.temporaryDirectory.appending(path: "continuo-\(UUID().uuidString.prefix(8)).sock").path
        target = HostTarget(id: .fresh(), driver: .memory, endpoint: "unix://\(socket)", address: "127.0.0.1")
        process = Process()
        let folder = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
        process.executableURL = folder.appending(path: "continuo-memory-host")
        process.arguments = ["--socket", socket]
        let output = Pipe()
        process.standardError = output
        process.standardOutput = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let (lines, sink) = AsyncStream.makeStream(of: String.self)
        output.fileHandleForReading.readabilityHandler = { handle in
            let data = handle.availableData
            if data.isEmpty {
                handle.readabilityHandler = nil
                sink.finish()
            } else {
                sink.yield(String(decoding: data, as: UTF8.self))
            }
        }
        for await text in lines where text.contains("listening") { return }
        throw Ended()
    }

    private struct Ended: Error {}

    static func during<R>(_ body: (RunningHost) async throws -> R) async throws -> R {
        let host = try await RunningHost()
        defer { host.end() }
        return try await body(host)
    }

    private func end() {
        process.terminationHandler = { [socket] _ in try? FileManager.default.removeItem(atPath: socket) }
        process.terminate()
    }

    func inject(_ fault: MemoryFault) async throws {
        try await call("POST", "/faults", body: [UInt8](try JSONEncoder().encode(fault)))
    }

    @discardableResult
    private func call(_ method: String, _ path: String, body: [UInt8]? = nil) async throws -> [UInt8] {
        let response = try await client.send(Request(method, .unix(socket), path, body: body.map(Body.bytes) ?? .none))
        guard response.status < 300 else { throw Refused(status: response.status, path: path) }
        return response.body
    }

    private struct Refused: Error {
        let status: Int
        let path: String
    }
}

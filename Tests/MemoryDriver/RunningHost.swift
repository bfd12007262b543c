import Curl
import Drivers
import Foundation
import MemoryDriver
import Model

/// A memory host as a real process, on a socket of its own.
final class RunningHost: Sendable {
    let target: HostTarget
    private let process: Process
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

    struct Ended: Error {}

    static func during<R>(_ body: (RunningHost) async throws -> R) async throws -> R {
        let host = try await RunningHost()
        defer { host.end() }
        return try await body(host)
    }

    private func end() {
        process.terminationHandler = { [socket] _ in try? FileManager.default.removeItem(atPath: socket) }
        process.terminate()
    }

    func inject(_ fault: MemoryFault, _ client: HTTPClient) async throws {
        let body = [UInt8](try JSONEncoder().encode(fault))
        let response = try await client.send(Request("POST", .unix(socket), "/faults", body: .bytes(body)))
        guard response.status == 204 else { throw Ended() }
    }
}

/// Seals nothing: what a driver does with vaults is tried, not the sealing.
struct PlainSmith: VaultSmith {
    func forge(for plan: Plan, chain: ChainID, incarnation: Int) throws(WorkError) -> SealedVault {
        SealedVault("\(chain) \(incarnation) \(UInt64.random(in: .min ... .max))")
    }

    func open(_ vault: SealedVault, chain: ChainID, incarnation: Int) throws(WorkError) -> Vault {
        Vault(secrets: ["text": vault.text])
    }
}

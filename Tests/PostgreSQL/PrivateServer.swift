import FaultProxy
import Foundation
import Testing

/// A server of the test's own, to be stopped and started at will.
struct PrivateServer {
    let folder: URL
    private let port: Int

    /// Starts a server, runs `body` with it and its URL, and removes it.
    static func with(_ body: (PrivateServer, String) async throws -> Void) async throws {
        let folder = URL(fileURLWithPath: "/tmp/continuo-postgres-\(UUID().uuidString)")
        let server = PrivateServer(folder: folder, port: try freePort())
        let outcome = await outcome { try await body(server, server.start()) }
        try? await server.stop()
        try FileManager.default.removeItem(at: folder)
        try outcome.get()
    }

    /// - Returns: its URL.
    @discardableResult
    func start() async throws -> String {
        try await Self.run(Self.script, "start", "--throwaway", folder.path, "\(port)")
    }

    func stop() async throws {
        _ = try await Self.run(Self.script, "stop", folder.path)
    }

    /// Runs a program without blocking a thread.
    /// - Returns: what it printed, without the last line break.
    @discardableResult
    static func run(_ program: String, _ arguments: String...) async throws -> String {
        let output = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        FileManager.default.createFile(atPath: output.path, contents: nil)
        defer { try? FileManager.default.removeItem(at: output) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = FileHandle.nullDevice
        let status = try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
        try #require(status == 0, "\(program) \(arguments) ended with \(status)")
        return try String(contentsOf: output, encoding: .utf8).trimmingCharacters(in: .newlines)
    }

    private static let script = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().appendingPathComponent("../../ops/testbed/postgres").standardized.path
}

import Dispatch
import FaultProxy
import Foundation
import Glibc
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

    /// Runs a program and waits for it on a thread of its own.
    ///
    /// Not Foundation's `Process`: it takes a program for running as long as a daemon it started lives.
    /// - Returns: what it printed, without the last line break.
    @discardableResult
    static func run(_ program: String, _ arguments: String...) async throws -> String {
        let output = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: output) }
        let process = try spawn([program] + arguments, output: output.path)
        let status = await withCheckedContinuation { continuation in
            DispatchQueue(label: "waitpid").async {
                var status: Int32 = -1
                waitpid(process, &status, 0)
                continuation.resume(returning: status)
            }
        }
        try #require(status == 0, "\(program) \(arguments) ended with \(status)")
        return try String(contentsOf: output, encoding: .utf8).trimmingCharacters(in: .newlines)
    }

    private static func spawn(_ command: [String], output: String) throws -> pid_t {
        var files = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&files)
        defer { posix_spawn_file_actions_destroy(&files) }
        posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&files, 1, output, O_WRONLY | O_CREAT, 0o600)
        posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0)
        var arguments = command.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var process = pid_t()
        let status = posix_spawn(&process, command[0], &files, nil, &arguments, environ)
        try #require(status == 0, "\(command[0]) can't be started: errno \(status)")
        return process
    }

    private static let script = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().appendingPathComponent("../../ops/testbed/postgres").standardized.path
}

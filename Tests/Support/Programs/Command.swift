import Foundation

/// A program that a test runs to its end, without blocking a thread of the pool.
///
/// Foundation's `Process` won't do: it waits until a descriptor that every descendant inherits is closed, a detached server's
/// too, and hands on the signal mask of a dispatch thread, under which a server never hears SIGTERM.
public struct Command {
    public struct Failed: Error, CustomStringConvertible {
        public let description: String
    }

    /// - Parameter environment: added to ours.
    /// - Returns: what it printed.
    /// - Throws: `Failed` with what it said on stderr, when it did not end well.
    @discardableResult
    public static func run(_ program: String, _ arguments: [String], environment: [String: String] = [:]) async throws -> String {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("command-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (output, errors) = (folder.appendingPathComponent("out"), folder.appendingPathComponent("err"))
        let process = try spawn(program, arguments, environment, output: output.path, errors: errors.path)
        let status = await ending(of: process)
        guard status == 0 else {
            throw Failed(description: "\(program) \(arguments) (\(status)): \(try String(contentsOf: errors, encoding: .utf8))")
        }
        return try String(contentsOf: output, encoding: .utf8)
    }

    private static func spawn(
        _ program: String, _ arguments: [String], _ added: [String: String], output: String, errors: String
    ) throws -> pid_t {
        var files = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&files)
        defer { posix_spawn_file_actions_destroy(&files) }
        posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&files, 1, output, O_WRONLY | O_CREAT, 0o600)
        posix_spawn_file_actions_addopen(&files, 2, errors, O_WRONLY | O_CREAT, 0o600)
        var attributes = try unmaskedSignals()
        defer { posix_spawnattr_destroy(&attributes) }
        let environment = ProcessInfo.processInfo.environment.merging(added) { _, new in new }.map { "\($0)=\($1)" }
        var process = pid_t()
        let status = withStrings([program] + arguments) { words in
            withStrings(environment) { posix_spawn(&process, program, &files, &attributes, words, $0) }
        }
        guard status == 0 else { throw Failed(description: "\(program) can't be started: errno \(status)") }
        return process
    }

    private static func unmaskedSignals() throws -> posix_spawnattr_t {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        return attributes
    }

    private static func withStrings<R>(_ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> R) -> R {
        let copies: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) } + [nil]
        defer { for copy in copies { free(copy) } }
        return body(copies)
    }

    /// Waits on a thread of its own.
    private static func ending(of process: pid_t) async -> Int32 {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                var status: Int32 = 0
                while waitpid(process, &status, 0) < 0, errno == EINTR {}
                continuation.resume(returning: status)
            }
        }
    }
}

import Foundation
import Glibc
import Synchronization

/// A child process that inherits none of our descriptors and none of our signal mask.
///
/// Foundation's `Process` won't do: it takes a child for ended when a descriptor is closed that every process started at the
/// same moment inherits too, so an end may go unnoticed; and it hands on the signal mask of a dispatch thread, under which a
/// server never hears SIGTERM.
struct Child: Sendable {
    let processID: pid_t

    /// One starts at a time: a pipe is inherited by nobody from the moment in which another may start.
    private static let starting = Mutex(())

    /// Starts a program that prints into two files, which are written anew.
    ///
    /// - Parameter environment: all of it.
    /// - Throws: `Failure` when it can't be started.
    init(_ program: String, _ arguments: [String], environment: [String: String], output: String, errors: String) throws {
        processID = try Self.starting.withLock { _ in
            try Self.spawn(program, arguments, environment) { files in
                posix_spawn_file_actions_addopen(&files, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
                posix_spawn_file_actions_addopen(&files, 2, errors, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
            }
        }
    }

    /// Starts a program that prints into a pipe.
    ///
    /// - Parameter environment: all of it.
    /// - Returns: the child, and what it prints.
    /// - Throws: `Failure` when it can't be started.
    static func printing(
        _ program: String, _ arguments: [String], environment: [String: String]
    ) throws -> (child: Child, output: FileHandle) {
        try starting.withLock { _ in
            let pipe = Pipe()
            let (reading, writing) = (pipe.fileHandleForReading.fileDescriptor, pipe.fileHandleForWriting.fileDescriptor)
            defer { try? pipe.fileHandleForWriting.close() }
            _ = fcntl(reading, F_SETFD, FD_CLOEXEC)
            let processID = try spawn(program, arguments, environment) { files in
                posix_spawn_file_actions_adddup2(&files, writing, 1)
                posix_spawn_file_actions_adddup2(&files, writing, 2)
                posix_spawn_file_actions_addclose(&files, writing)
            }
            return (Child(processID: processID), pipe.fileHandleForReading)
        }
    }

    private init(processID: pid_t) { self.processID = processID }

    private static func spawn(
        _ program: String, _ arguments: [String], _ environment: [String: String],
        directing direct: (inout posix_spawn_file_actions_t) -> Void
    ) throws -> pid_t {
        var files = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&files)
        defer { posix_spawn_file_actions_destroy(&files) }
        posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0)
        direct(&files)
        var attributes = unmaskedSignals()
        defer { posix_spawnattr_destroy(&attributes) }
        var process = pid_t()
        let status = withStrings([program] + arguments) { words in
            withStrings(environment.map { "\($0)=\($1)" }) {
                posix_spawn(&process, program, &files, &attributes, words, $0)
            }
        }
        guard status == 0 else { throw Failure("\(program) can't be started: errno \(status)") }
        return process
    }

    private static func unmaskedSignals() -> posix_spawnattr_t {
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

    /// Waits for its end, on a thread of its own; to be called once.
    ///
    /// - Returns: its exit status, or the number of the signal that ended it.
    func ending() async -> Int32 {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                var status: Int32 = 0
                while waitpid(processID, &status, 0) < 0, errno == EINTR {}
                let signal = status & 0x7f
                continuation.resume(returning: signal == 0 ? (status >> 8) & 0xff : signal)
            }
        }
    }
}

package import Foundation
import Glibc

/// One of Continuo's programs as a real process, with what it printed.
package final class RunningProgram: Sendable {
    package let name: String
    package let processID: Int32
    private let transcript: Transcript
    private let exit: Task<Int32, Never>

    /// Starts one of the programs.
    package init(_ name: String, _ arguments: [String], environment: [String: String]) throws {
        let (child, output) = try Child.printing(
            Self.folder.appendingPathComponent(name).path, arguments,
            environment: ["PATH": "/usr/bin:/bin"].merging(environment) { $1 })
        let transcript = Transcript()
        self.name = name
        self.transcript = transcript
        processID = child.processID
        exit = Task {
            await transcript.write(from: output)
            return await child.ending()
        }
    }

    /// Where the programs are: beside the tests, unless `ops/test` built others.
    package static var folder: URL {
        if let folder = ProcessInfo.processInfo.environment["CONTINUO_TEST_PROGRAMS"] { return URL(fileURLWithPath: folder) }
        return URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
    }

    /// Everything it printed so far.
    package var printed: String { transcript.text }

    /// The first line that contains `needle`; throws when the program ends without printing one.
    package func line(with needle: String) async throws -> String {
        guard let line = await transcript.line(with: needle) else {
            throw Failure("\(name) ended without saying \"\(needle)\":\n\(printed)")
        }
        return line
    }

    package func signal(_ number: Int32) {
        kill(processID, number)
    }

    /// Waits for its end, when all that it printed is there.
    ///
    /// - Returns: the exit status, or the number of the signal that ended it.
    @discardableResult
    package func ended() async -> Int32 { await exit.value }

    /// Runs a program to its end; throws what it printed unless it exits with 0.
    @discardableResult
    package static func run(_ name: String, _ arguments: [String], environment: [String: String]) async throws -> String {
        let program = try RunningProgram(name, arguments, environment: environment)
        let status = await program.ended()
        guard status == 0 else {
            throw Failure("\(name) \(arguments.joined(separator: " ")) exited with \(status):\n\(program.printed)")
        }
        return program.printed
    }
}

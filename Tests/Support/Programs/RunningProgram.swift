package import Foundation
import Synchronization

/// One of Continuo's programs as a real process, with what it printed.
package final class RunningProgram: Sendable {
    private struct Output {
        var text = ""
        var waiting: [(needle: String, continuation: CheckedContinuation<String?, Never>)] = []
        var ended = false
    }

    package let name: String
    package let processID: Int32
    private let output: Mutex<Output>
    private let exit: AsyncStream<Int32>

    /// Starts one of the programs.
    package init(_ name: String, _ arguments: [String], environment: [String: String]) throws {
        self.name = name
        let process = Process()
        process.executableURL = Self.folder.appendingPathComponent(name)
        process.arguments = arguments
        process.environment = ["PATH": "/usr/bin:/bin"].merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        let (exit, ended) = AsyncStream<Int32>.makeStream()
        self.exit = exit
        process.terminationHandler = {
            ended.yield($0.terminationStatus)
            ended.finish()
        }
        output = Mutex(Output())
        try process.run()
        processID = process.processIdentifier
        pipe.fileHandleForReading.readabilityHandler = { [self] handle in
            let data = handle.availableData
            if data.isEmpty {
                handle.readabilityHandler = nil
                take(nil)
            } else {
                take(String(decoding: data, as: UTF8.self))
            }
        }
    }

    /// Where the programs are: beside the tests, unless `ops/test` built others.
    package static var folder: URL {
        if let folder = ProcessInfo.processInfo.environment["CONTINUO_TEST_PROGRAMS"] { return URL(fileURLWithPath: folder) }
        return URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
    }

    /// Everything it printed so far.
    package var printed: String { output.withLock { $0.text } }

    private func take(_ text: String?) {
        let woken = output.withLock { state in
            if let text { state.text += text } else { state.ended = true }
            let ready = state.waiting.filter { state.ended || state.text.contains($0.needle) }
            state.waiting.removeAll { state.ended || state.text.contains($0.needle) }
            return ready.map { ($0.continuation, Self.line(with: $0.needle, in: state.text)) }
        }
        for (continuation, line) in woken { continuation.resume(returning: line) }
    }

    private static func line(with needle: String, in text: String) -> String? {
        text.split(separator: "\n").first { $0.contains(needle) }.map(String.init)
    }

    /// The first line that contains `needle`; throws when the program ends without printing one.
    package func line(with needle: String) async throws -> String {
        let line = await withCheckedContinuation { continuation in
            let now: String?? = output.withLock { state in
                if let line = Self.line(with: needle, in: state.text) { return line }
                if state.ended { return .some(nil) }
                state.waiting.append((needle, continuation))
                return nil
            }
            if let now { continuation.resume(returning: now) }
        }
        guard let line else { throw Failure("\(name) ended without saying \"\(needle)\":\n\(printed)") }
        return line
    }

    package func signal(_ number: Int32) {
        kill(processID, number)
    }

    /// Waits for its end and returns the exit status.
    @discardableResult
    package func ended() async -> Int32 {
        for await status in exit { return status }
        return -1
    }

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

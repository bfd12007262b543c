import Foundation
import Synchronization

/// A program started by a test. It runs until `stop()`; its input is a pipe whose end ends the program too.
final class Program: Sendable {
    struct Failure: Error { var message: String }

    private let process: Mutex<Process>
    private let input = Pipe()
    private let ended = Gate()
    /// The first line that it printed.
    let firstLine: String

    /// Starts it and waits for its first line.
    init(_ path: String, _ arguments: [String]) async throws {
        let output = Pipe()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardInput = input
        process.standardOutput = output
        process.terminationHandler = { [ended] _ in ended.open() }
        try process.run()
        self.process = Mutex(process)
        firstLine = await Self.line(output.fileHandleForReading)
        if firstLine.isEmpty { throw Failure(message: "\(path) \(arguments) said nothing") }
    }

    /// Kills it and waits for its end.
    func stop() async {
        _ = process.withLock { kill($0.processIdentifier, SIGKILL) }
        await ended.opened()
    }

    /// Runs a program to its end.
    static func run(_ path: String, _ arguments: [String]) async throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        let ended = Gate()
        process.terminationHandler = { _ in ended.open() }
        try process.run()
        await ended.opened()
        if process.terminationStatus != 0 {
            throw Failure(message: "\(path) \(arguments) ended with \(process.terminationStatus)")
        }
    }

    private static func line(_ handle: FileHandle) async -> String {
        await withCheckedContinuation { continuation in
            // Reading blocks: on a thread of its own.
            Thread {
                var line: [UInt8] = []
                while let byte = try? handle.read(upToCount: 1)?.first, byte != UInt8(ascii: "\n") { line.append(byte) }
                continuation.resume(returning: String(decoding: line, as: UTF8.self))
            }.start()
        }
    }
}

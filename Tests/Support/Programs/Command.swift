import Foundation

/// A program that a test runs to its end, without blocking a thread of the pool.
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
        let child = try Child(
            program, arguments, environment: ProcessInfo.processInfo.environment.merging(environment) { _, new in new },
            output: output.path, errors: errors.path)
        let status = await child.ending()
        guard status == 0 else {
            throw Failed(description: "\(program) \(arguments) (\(status)): \(try String(contentsOf: errors, encoding: .utf8))")
        }
        return try String(contentsOf: output, encoding: .utf8)
    }
}

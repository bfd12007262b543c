import Foundation
import Testing

/// Python, for what its library reads and ours writes.
enum Python {
    /// Runs a program with a file as its one argument; what it prints.
    static func run(_ program: String, on content: [UInt8]) async throws -> String {
        let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try Data(content).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", program, file.path]
        process.environment = ["PATH": "/usr/bin:/bin", "PYTHONUTF8": "1"]
        process.standardOutput = output
        process.standardError = output
        let status = try await withCheckedThrowingContinuation { (ended: CheckedContinuation<Int32, any Error>) in
            process.terminationHandler = { ended.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch { ended.resume(throwing: error) }
        }
        let text = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        try #require(status == 0, "\(text)")
        return text
    }
}

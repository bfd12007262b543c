import Foundation

/// The program `openssl` over a folder of files of its own, which goes with it.
final class OpenSSL: Sendable {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "continuo-test-" + UUID().uuidString)

    init() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: folder.appending(path: name))
    }

    /// What it prints, of both kinds; nothing blocks while it runs.
    func callAsFunction(_ arguments: String...) async throws -> String {
        try await self(arguments)
    }

    func callAsFunction(_ arguments: [String]) async throws -> String {
        let output = folder.appending(path: UUID().uuidString)
        try Data().write(to: output)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        let handle = try FileHandle(forWritingTo: output)
        process.standardOutput = handle
        process.standardError = handle
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in continuation.resume() }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
        return String(decoding: try Data(contentsOf: output), as: UTF8.self)
    }
}

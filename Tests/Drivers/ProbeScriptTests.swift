import Drivers
import Foundation
import Model
import Testing

/// The scripts are run as a node would run them, with one tool each on the path.
@Suite("Probes as commands inside nodes", .serialized, .timeLimit(.minutes(5)))
struct ProbeScriptTests {
    private func exitCode(_ check: PlannedProbe.Check, tool: String?) async throws -> Int32 {
        let folder = FileManager.default.temporaryDirectory.appending(path: "probe-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        if let tool {
            let program = try #require(["/usr/bin/", "/bin/"].map { $0 + tool }.first(where: FileManager.default.fileExists))
            try FileManager.default.createSymbolicLink(atPath: folder.path + "/" + tool, withDestinationPath: program)
        }
        let command = PlannedProbe(check, interval: 1, timeout: 5, grace: 0).insideCommand
        let process = Process()
        process.executableURL = URL(filePath: command[0])
        process.arguments = Array(command.dropFirst())
        process.environment = ["PATH": folder.path]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        return try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do {
                try process.run()
            } catch {
                process.terminationHandler = nil
                continuation.resume(throwing: error)
            }
        }
    }

    /// A web server on a port of its own, with one page.
    private func serving(_ body: (_ port: Int, _ freePort: Int) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "pages-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data("ok\n".utf8).write(to: folder.appending(path: "page"))
        defer { try? FileManager.default.removeItem(at: folder) }
        let port = Int.random(in: 11_000..<15_000)
        let server = Process()
        server.executableURL = URL(filePath: "/bin/busybox")
        server.arguments = ["httpd", "-f", "-p", "127.0.0.1:\(port)", "-h", folder.path]
        server.standardOutput = FileHandle.nullDevice
        server.standardError = FileHandle.nullDevice
        try server.run()
        // Started from a thread that masks signals, it would never hear SIGTERM.
        defer { kill(server.processIdentifier, SIGKILL) }
        for _ in 0..<100 where try await exitCode(.tcp(port: port), tool: "busybox") != 0 {
            try await Task.sleep(for: .milliseconds(50))
        }
        try await body(port, 1)
    }

    @Test("each tool tells who answers from who does not", arguments: ["bash", "busybox", "curl"])
    func tools(_ tool: String) async throws {
        try await serving { (port, free) async throws in
            #expect(try await exitCode(.tcp(port: port), tool: tool) == 0)
            #expect(try await exitCode(.tcp(port: free), tool: tool) != 0)
            #expect(try await exitCode(.http(HTTPProbe(port: port, path: "/page")), tool: tool) == 0)
            #expect(try await exitCode(.http(HTTPProbe(port: port, path: "/missing")), tool: tool) != 0)
            #expect(try await exitCode(.http(HTTPProbe(port: free, path: "/page")), tool: tool) != 0)
        }
    }

    @Test("without any tool the probe fails and says so")
    func none() async throws {
        #expect(try await exitCode(.tcp(port: 1), tool: nil) == 126)
        #expect(try await exitCode(.http(HTTPProbe(port: 1, path: "/")), tool: nil) == 126)
    }

    @Test("a command is run as it is")
    func exec() {
        #expect(PlannedProbe(.exec(["check", "it"]), interval: 1, timeout: 5, grace: 0).insideCommand == ["check", "it"])
    }
}

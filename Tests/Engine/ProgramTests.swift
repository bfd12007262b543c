import Foundation
import Model
import TestServers
import Testing

/// The program `continuo-engine` as an operator meets it.
@Suite struct ProgramTests {
    private struct Outcome {
        let code: Int32
        let output: String
        let errors: String
    }

    private static let program = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(
        path: "continuo-engine")

    /// Runs the program to its end; nothing blocks while it runs.
    private static func run(_ arguments: String..., environment: [String: String] = [:]) async throws -> Outcome {
        let folder = FileManager.default.temporaryDirectory.appending(path: "continuo-test-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (output, errors) = (folder.appending(path: "output"), folder.appending(path: "errors"))
        for file in [output, errors] { try Data().write(to: file) }
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        process.environment = environment
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        let code = try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Int32, any Error>) in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
        return Outcome(
            code: code, output: String(decoding: try Data(contentsOf: output), as: UTF8.self),
            errors: String(decoding: try Data(contentsOf: errors), as: UTF8.self))
    }

    @Test func aFirstStart() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "continuo-test-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        func path(_ name: String) -> String { folder.appending(path: name).path }
        try await TestSchema.with { database in
            let environment = ["CONTINUO_DATABASE_URL": database, "CONTINUO_ROOT_KEY_FILE": path("root")]
            #expect(try await Self.run("root-key", "--out", path("root")).code == 0)
            #expect(try await Self.run("root-key", "--out", path("root")).code == 73)
            #expect(try await Self.run("tenant", "add", "acme", environment: environment).code == 69)
            let migrated = try await Self.run("migrate", "-o", "json", environment: environment)
            #expect(migrated.code == 0 && migrated.output.contains(#""applied":[1"#), "\(migrated.errors)")
            #expect(
                try await Self.run("site", "add", "default", "--agent-file", path("site"), environment: environment).code == 0)
            let again = try await Self.run("site", "add", "default", "--agent-file", path("other"), environment: environment)
            #expect(again.code == 65 && !FileManager.default.fileExists(atPath: path("other")))
            #expect(try await Self.run("tenant", "add", "acme", environment: environment).code == 0)
            let key = try await Self.run("key", "add", "--role", "tenant", "--tenant", "acme", environment: environment)
            #expect(key.code == 0 && key.output.hasPrefix("ctn_"))
            #expect(try await Self.run("key", "add", "--role", "tenant", environment: environment).code == 64)
            #expect(try await Self.run("key", "add", "--role", "king", environment: environment).code == 64)
            for name in ["root", "site"] {
                #expect(try FileManager.default.attributesOfItem(atPath: path(name))[.posixPermissions] as? Int == 0o600)
            }
        }
    }

    @Test func settingsThatCantBeUsed() async throws {
        let missing = try await Self.run("serve")
        #expect(missing.code == 78 && missing.errors.contains("CONTINUO_DATABASE_URL"))
        let listen = try await Self.run("serve", environment: ["CONTINUO_LISTEN": "nowhere"])
        #expect(listen.code == 78 && listen.errors.contains("CONTINUO_LISTEN is \"nowhere\""))
        let away = try await Self.run("migrate", environment: ["CONTINUO_DATABASE_URL": "postgresql://x@127.0.0.1:1/x"])
        #expect(away.code == 69)
    }

    @Test func helpHasExamples() async throws {
        let help = try await Self.run("--help")
        #expect(help.code == 0 && help.output.contains("continuo-engine site add default --agent-file"))
    }
}

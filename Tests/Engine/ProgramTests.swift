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

    private static let brokenBlueprint = "name: x\nversion: 1\ntitle: t\ndescription: d\nnodes: [{name: one, imag: i}]\n"

    @Test func blueprintFilesAreChecked() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "continuo-test-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (good, broken) = (folder.appending(path: "good.yaml").path, folder.appending(path: "broken.yaml").path)
        try Data(Self.brokenBlueprint.replacing("imag", with: "image").utf8).write(to: URL(filePath: good))
        try Data(Self.brokenBlueprint.utf8).write(to: URL(filePath: broken))

        let checked = try await Self.run("blueprint", "check", good)
        #expect(checked.code == 0 && checked.output == "No mistakes found.\n", "\(checked)")
        let refused = try await Self.run("blueprint", "check", good, broken)
        let lines = refused.output.split(separator: "\n")
        #expect(refused.code == 65 && lines.count == 2 && lines.allSatisfy { $0.hasPrefix(broken + ":5:") }, "\(refused)")
        let json = try await Self.run("blueprint", "check", "-o", "json", broken)
        #expect(json.code == 65 && json.output.contains(#""path":"nodes[0].imag""#), "\(json)")
        let missing = try await Self.run("blueprint", "check", folder.appending(path: "none").path)
        #expect(missing.code == 66 && missing.errors.contains("No such file or directory"), "\(missing)")

        let rendered = try await Self.run("blueprint", "render", good)
        #expect(rendered.code == 0 && rendered.output.contains(#""image" : "i""#), "\(rendered)")
        let unknown = try await Self.run("blueprint", "render", good, "--set", "size=2")
        #expect(unknown.code == 65 && unknown.errors.contains("parameters.size (2): is no parameter of x"), "\(unknown)")
    }

    @Test func anOperatorsBrokenBlueprintStopsTheStart() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "continuo-test-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let root = folder.appending(path: "root").path
        #expect(try await Self.run("root-key", "--out", root).code == 0)
        try Data(Self.brokenBlueprint.utf8).write(to: folder.appending(path: "mine.yaml"))
        let environment = [
            "CONTINUO_DATABASE_URL": "postgresql://127.0.0.1:1/none", "CONTINUO_AMQP_URL": "amqp://127.0.0.1:1",
            "CONTINUO_ROOT_KEY_FILE": root, "CONTINUO_LISTEN": "127.0.0.1:0", "CONTINUO_BLUEPRINTS": folder.path,
        ]
        let started = try await Self.run("serve", environment: environment)
        #expect(started.code == 78 && started.errors.contains("mine.yaml:5:"), "\(started)")
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
            let rotated = try await Self.run(
                "site", "rotate", "default", "--former", path("site"), "--agent-file", path("rotated"), environment: environment)
            #expect(rotated.code == 0 && FileManager.default.fileExists(atPath: path("rotated")), "\(rotated.errors)")
            let nowhere = try await Self.run(
                "site", "rotate", "mars", "--former", path("site"), "--agent-file", path("other"), environment: environment)
            #expect(nowhere.code == 66 && nowhere.errors.contains("another site"))
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

package import Foundation

/// A server of the test's own, to be stopped and started at will.
package struct PrivateServer: Sendable {
    package enum Kind: String, Sendable {
        case postgres, rabbitmq, docker
    }

    package let kind: Kind
    package let folder: URL
    private let options: [String]
    private let port: Int?

    /// Starts a server, runs `body` with it and its URLs, and removes it.
    ///
    /// - Parameter throwaway: it writes nothing to the disk for good, so only an orderly stop is survived.
    package static func with<R>(
        _ kind: Kind, throwaway: Bool = true, _ body: (PrivateServer, [String]) async throws -> R
    ) async throws -> R {
        let server = try await PrivateServer(kind, throwaway: throwaway)
        let result: Result<R, any Error>
        do { result = .success(try await body(server, server.start())) } catch { result = .failure(error) }
        try? await server.stop()
        try? FileManager.default.removeItem(at: server.folder)
        return try result.get()
    }

    private init(_ kind: Kind, throwaway: Bool) async throws {
        self.kind = kind
        folder = URL(fileURLWithPath: "/tmp/continuo-\(kind.rawValue)-\(UUID().uuidString.prefix(8))")
        options = throwaway && kind != .docker ? ["--throwaway"] : []
        port =
            switch kind {
            case .postgres: try await Self.freePort("3000 5900")
            case .rabbitmq: try await Self.freePort("6000 9900 10000 10001 10002")
            case .docker: nil
            }
    }

    /// - Returns: its URLs.
    @discardableResult
    package func start() async throws -> [String] {
        let words = ["start"] + options + [folder.path] + (port.map { ["\($0)"] } ?? [])
        return try await Self.run([script] + words).split(separator: "\n").map(String.init)
    }

    package func stop() async throws {
        try await Self.run([script, "stop", folder.path])
    }

    /// What its own control program does with these words; for servers that have one.
    package func control(_ words: String...) async throws {
        try await Self.run([script, "control", folder.path] + words)
    }

    private static func freePort(_ range: String) async throws -> Int {
        let script = "source '\(repository)/ops/console.sh'; source '\(repository)/ops/free-port.sh'; free_port \(range)"
        guard let port = Int(try await run(["/bin/bash", "-c", script])) else { throw Failure("there is no free port") }
        return port
    }

    private var script: String { "\(Self.repository)/ops/testbed/\(kind.rawValue)" }

    package static let repository = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().appendingPathComponent("../../..").standardized.path
}

extension PrivateServer {
    /// Runs a program to its end.
    ///
    /// - Returns: what it printed, without the last line break.
    @discardableResult
    package static func run(_ command: [String]) async throws -> String {
        try await Command.run(command[0], Array(command.dropFirst())).trimmingCharacters(in: .newlines)
    }
}

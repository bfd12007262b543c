import Foundation

@testable import Curl

/// The real HTTP server of the tests, a program of its own (`server.py`).
struct Server {
    enum Address: Sendable, CaseIterable {
        case tcp, unix
    }

    /// What makes it a TLS server.
    struct TLS {
        var identity: Certificates.Identity
        var clientCA: [UInt8]?
        var highestVersion = "any"
    }

    let endpoint: Endpoint
    private let program: Program

    init(_ address: Address = .tcp, unixPath: String? = nil, tls: TLS? = nil, clientTLS: Endpoint.TLS? = nil) async throws {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("server.py").path
        let path = unixPath ?? temporaryPath("socket")
        let files = try tls.map { try Self.files($0) }
        // The server has read them before it says that it is ready.
        defer { if let files { try? FileManager.default.removeItem(atPath: files.folder) } }
        program = try await Program(
            "/usr/bin/env", ["python3", script] + (address == .tcp ? ["tcp"] : ["unix", path]) + (files?.arguments ?? []))
        let port = program.firstLine.split(separator: " ").last.flatMap { Int($0) } ?? 0
        endpoint = address == .tcp ? .tcp(host: "127.0.0.1", port: port, tls: clientTLS) : .unix(path)
    }

    /// The same server, by another name or with another client's identity.
    func endpoint(host: String = "127.0.0.1", _ tls: Endpoint.TLS?) -> Endpoint {
        guard case .tcp(_, let port, _) = endpoint else { return endpoint }
        return .tcp(host: host, port: port, tls: tls)
    }

    /// - Parameter keepsPath: whether the dead socket stays, as after a crash.
    func stop(keepsPath: Bool = false) async {
        await program.stop()
        if case .unix(let path) = endpoint, !keepsPath { unlink(path) }
    }

    private static func files(_ tls: TLS) throws -> (folder: String, arguments: [String]) {
        let folder = temporaryPath("tls")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        func file(_ name: String, _ bytes: [UInt8]) throws -> String {
            try Data(bytes).write(to: URL(fileURLWithPath: folder + "/" + name))
            return folder + "/" + name
        }
        var arguments = [try file("certificate", tls.identity.certificate), try file("key", tls.identity.key)]
        if let ca = tls.clientCA { arguments += [try file("ca", ca), tls.highestVersion] }
        return (folder, arguments)
    }
}

func temporaryPath(_ kind: String) -> String {
    NSTemporaryDirectory() + "continuo-curl-\(kind)-\(UUID().uuidString)"
}

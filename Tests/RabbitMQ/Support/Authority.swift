import Foundation
import Programs

/// A certificate authority of one test, made by openssl, and what it issued: PEM files in a folder that servers may read.
struct Authority {
    let folder: String
    var certificate: String { folder + "/ca.pem" }

    static func temporary(_ body: (Authority) async throws -> Void) async throws {
        let authority = Authority(folder: "/tmp/continuo-test-authority-\(UUID().uuidString)")
        try FileManager.default.createDirectory(atPath: authority.folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: authority.folder) }
        try await authority.make("ca", ["-addext", "basicConstraints=critical,CA:TRUE"])
        try await body(authority)
    }

    /// - Returns: the paths of certificate and key.
    func issue(_ name: String) async throws -> (certificate: String, key: String) {
        try await make(
            name,
            ["-CA", certificate, "-CAkey", folder + "/ca.key", "-addext", "subjectAltName=DNS:\(name)"])
        return ("\(folder)/\(name).pem", "\(folder)/\(name).key")
    }

    private func make(_ name: String, _ more: [String]) async throws {
        try await Command.run(
            "/usr/bin/openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                "/CN=\(name)",
                "-keyout", "\(folder)/\(name).key", "-out", "\(folder)/\(name).pem",
            ] + more)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: "\(folder)/\(name).key")
    }
}

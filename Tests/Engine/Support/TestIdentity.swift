import Foundation
import Testing

@testable import Engine

extension ServerIdentity {
    /// A certificate of its own for 127.0.0.1, made by openssl, which is its own authority.
    static func fresh() async throws -> ServerIdentity {
        let folder = FileManager.default.temporaryDirectory.appending(path: "continuo-test-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (certificate, key) = (folder.appending(path: "certificate"), folder.appending(path: "key"))
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=test",
            "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key.path, "-out", certificate.path,
        ]
        process.standardError = FileHandle.nullDevice
        let status = try await withCheckedThrowingContinuation { (ended: CheckedContinuation<Int32, any Error>) in
            process.terminationHandler = { ended.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch { ended.resume(throwing: error) }
        }
        try #require(status == 0)
        return ServerIdentity(
            certificates: Array(try Data(contentsOf: certificate)), key: Array(try Data(contentsOf: key)))
    }
}

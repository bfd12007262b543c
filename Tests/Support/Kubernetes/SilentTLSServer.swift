import Curl
import DockerSupport
import Drivers
import Foundation
import Model
import Vaults

/// A server that shakes hands and then says nothing: openssl's own, on a port of this machine.
public enum SilentTLSServer {
    /// - Parameter body: gets its endpoint, and the authority to be trusted.
    public static func using(_ body: (_ endpoint: String, _ authority: String) async throws -> Void) async throws {
        let folder = NSTemporaryDirectory() + "/silent-" + UUID().uuidString.prefix(8)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let authority = try writeCertificate(to: folder)
        let port = Allotment.port()
        let server = Process()
        server.executableURL = URL(filePath: "/usr/bin/openssl")
        server.arguments = [
            "s_server", "-quiet", "-accept", "127.0.0.1:\(port)", "-cert", "\(folder)/cert.pem", "-key", "\(folder)/key.pem",
        ]
        let (input, output) = (Pipe(), Pipe())
        server.standardInput = input
        server.standardOutput = output
        server.standardError = FileHandle.nullDevice
        try server.run()
        // Started from a thread that masks signals, it would never hear SIGTERM.
        defer { kill(server.processIdentifier, SIGKILL) }
        try await listens(port)
        try await body("https://127.0.0.1:\(port)", authority)
    }

    private static func listens(_ port: Int) async throws {
        let request = Request(
            "GET", .tcp(host: "127.0.0.1", port: port, tls: nil), "/",
            timeouts: Timeouts(connect: .seconds(5), total: .milliseconds(100)))
        for _ in 0..<100 {
            do throws(CurlError) {
                _ = try await HTTPClient().send(request)
                return
            } catch {
                guard error.code == .refused else { return }
            }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw Unmet("openssl does not listen on port \(port)")
    }

    private static func writeCertificate(to folder: String) throws -> String {
        let plan = Plan(
            blueprint: BlueprintReference(name: "silent", version: 1),
            authorities: [PlannedAuthority(name: "ca", subject: PlannedSubject(commonName: "Silent CA"), days: 2)],
            certificates: [
                PlannedCertificate(
                    name: "server", authority: "ca", subject: PlannedSubject(commonName: "silent"), names: ["127.0.0.1"],
                    purposes: [.server], days: 1)
            ], nodes: [])
        let host = HostTarget(id: .fresh(), driver: .kubernetes, endpoint: "", address: "127.0.0.1")
        let vault = try Vault.fresh(for: SampleChain.work(plan), on: host)
        guard let server = vault.certificates["server"], let authority = vault.authorities["ca"] else {
            throw Unmet("no certificate was made")
        }
        try Data(server.certificate.utf8).write(to: URL(filePath: "\(folder)/cert.pem"))
        try Data(server.key.utf8).write(to: URL(filePath: "\(folder)/key.pem"))
        return authority.certificate
    }
}

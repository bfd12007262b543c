import Foundation
import Programs
import Testing

/// A RabbitMQ of one test alone, which it may stop, start and starve.
struct PrivateBroker {
    private let folder: String
    private let port: Int
    private static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("ops/testbed/rabbitmq").path

    /// Starts one, lets `body` use it, and leaves nothing of it.
    static func temporary(_ body: (PrivateBroker, Broker) async throws -> Void) async throws {
        let folder = "/tmp/continuo-test-rabbitmq-\(UUID().uuidString)"
        let server = PrivateBroker(folder: folder, port: try freePort())
        do {
            try await body(server, try await server.start())
            try await server.remove()
        } catch {
            try? await server.remove()
            throw error
        }
    }

    @discardableResult
    func start() async throws -> Broker {
        let addresses = try await Command.run(Self.script, ["start", "--throwaway", folder, "\(port)"]).split(separator: "\n")
        try #require(addresses.count == 2)
        return Broker(
            url: try #require(URL(string: String(addresses[0]))), admin: try #require(URL(string: String(addresses[1]))))
    }

    func stop() async throws {
        try await Command.run(Self.script, ["stop", folder])
    }

    private func remove() async throws {
        try await stop()
        try FileManager.default.removeItem(atPath: folder)
    }

    /// Runs `rabbitmqctl` on it.
    func control(_ arguments: String...) async throws {
        let cookie = try String(contentsOfFile: folder + "/.erlang.cookie", encoding: .utf8)
        try await Command.run(
            "/usr/lib/rabbitmq/bin/rabbitmqctl",
            ["--node", "continuo-\(port)@localhost"] + arguments,
            environment: [
                "ERL_EPMD_PORT": "\(port + 10_002)", "RABBITMQ_ERLANG_COOKIE": cookie, "HOME": folder,
                "RABBITMQ_CONF_ENV_FILE": folder + "/rabbitmq-env.conf",
            ])
    }

    /// Where it listens after `listenEncrypted`.
    var encryptedPort: Int { port + 1 }

    /// Opens a TLS listener that demands a client certificate.
    func listenEncrypted(authority: String, certificate: String, key: String) async throws {
        try await control(
            "eval",
            """
            ok = rabbit_networking:start_ssl_listener(\(encryptedPort), [{cacertfile, "\(authority)"}, \
            {certfile, "\(certificate)"}, {keyfile, "\(key)"}, {verify, verify_peer}, {fail_if_no_peer_cert, true}], 2).
            """)
    }

    /// The server takes this port and those at four offsets from it.
    private static func freePort() throws -> Int {
        let candidates = (0..<200).map { _ in Int.random(in: 15_000..<18_000) }
        return try #require(candidates.first { port in [0, 1, 10_000, 10_001, 10_002].allSatisfy { isFree(port + $0) } })
    }

    private static func isFree(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}

import Foundation
import PostgreSQL
import Programs
import Testing

/// What needs a server that the test may stop and change.
@Suite struct PrivateServerTests {
    @Test func workSurvivesARestartOfTheServer() async throws {
        try await PrivateServer.with(.postgres) { server, urls in
            let url = urls[0]
            let pool = try Database.pool(url, size: 2, waitLimit: .seconds(120))
            var events = pool.listen("restart").makeAsyncIterator()
            #expect(await events.next() == .reconnected)
            try await pool.session { try $0.script("CREATE TABLE t (n int)") }
            try await server.stop()
            try await eventually("the idle connections are given up") { pool.status.open == 0 }
            let waiting = Task { try await pool.transaction { try $0.execute("INSERT INTO t VALUES (1)") } }
            try await eventually("the task waits") { pool.status.waiting == 1 }
            let impatient = try Database.pool(url, size: 1, waitLimit: .milliseconds(100))
            #expect(await code { try await impatient.session { _ in } } == .unreachable)
            await impatient.close()
            try await server.start()
            #expect(try await waiting.value == 1)
            #expect(try await pool.count("t") == 1)
            #expect(await events.next() == .reconnected)
            await pool.close()
        }
    }

    @Test func tlsIsVerifiedAsTheURLDemands() async throws {
        try await PrivateServer.with(.postgres) { server, urls in
            let url = urls[0]
            let authority = try await Self.makeCertificate(in: server.folder, name: "server")
            let stranger = try await Self.makeCertificate(in: server.folder, name: "stranger")
            try await Self.switchTLSOn(url, server.folder)
            func tls(_ mode: String, _ root: String) -> String { "\(url)?sslmode=\(mode)&sslrootcert=\(root)" }

            let trusting = try Database.pool(tls("verify-full", authority), size: 1)
            let isEncrypted: Bool? = try await trusting.session {
                try $0.queryOne("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")?["ssl"]
            }
            #expect(isEncrypted == true)
            await trusting.close()

            let doubting = try Database.pool(tls("verify-full", stranger), size: 1, waitLimit: .seconds(60))
            #expect(await code { try await doubting.session { _ in } } == .refused)
            await doubting.close()
        }
    }

    /// A certificate that signs itself, for 127.0.0.1.
    /// - Returns: its path.
    private static func makeCertificate(in folder: URL, name: String) async throws -> String {
        let certificate = folder.appendingPathComponent("\(name).crt").path
        try await PrivateServer.run([
            "/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-subj", "/CN=\(name)", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost",
            "-keyout", folder.appendingPathComponent("\(name).key").path, "-out", certificate,
        ])
        return certificate
    }

    /// The server reads its key as its own user, from its data folder.
    private static func switchTLSOn(_ url: String, _ folder: URL) async throws {
        for file in ["server.crt", "server.key"] {
            let copy = folder.appendingPathComponent("data/\(file)").path
            try await PrivateServer.run([
                "/usr/bin/install", "-o", "postgres", "-m", "600", folder.appendingPathComponent(file).path, copy,
            ])
        }
        let pool = try Database.pool(url, size: 1)
        try await pool.session { _ = try $0.execute("ALTER SYSTEM SET ssl = on") }
        try await pool.session { _ = try $0.query("SELECT pg_reload_conf()") }
        try await eventually("the server speaks TLS") {
            try await pool.session { try $0.queryOne("SHOW ssl")?["ssl"] == "on" }
        }
        await pool.close()
    }
}

import Curl
import Logging
import Synchronization
import Testing

@testable import Engine

/// The listener's own TLS, with real handshakes.
@Suite struct EncryptionTests {
    private static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private static func call(_ port: Int, _ tls: Endpoint.TLS?) async throws -> Int {
        let client = HTTPClient()
        defer { client.shutdown() }
        return try await client.send(Request("GET", .tcp(host: "127.0.0.1", port: port, tls: tls), "/open")).status
    }

    private static func failure(_ port: Int, _ tls: Endpoint.TLS?) async throws -> CurlError.Code? {
        do {
            _ = try await call(port, tls)
            return nil
        } catch let error as CurlError {
            return error.code
        }
    }

    @Test func callersSeeItsCertificateAndNothingIsSaidInClear() async throws {
        let (identity, stranger) = (try await ServerIdentity.fresh(), try await ServerIdentity.fresh())
        try await ShellFixture.run(certificate: try ServerCertificate({ identity }, logger: Self.quiet)) { port in
            #expect(try await Self.call(port, Endpoint.TLS(ca: identity.certificates)) == 200)
            #expect(try await Self.failure(port, Endpoint.TLS(ca: stranger.certificates)) == .tls)
            let inClear = try await Self.failure(port, nil)
            #expect(inClear == .interrupted || inClear == .protocol)
            #expect(try await Self.call(port, Endpoint.TLS(ca: identity.certificates)) == 200)
        }
    }

    @Test func anotherCertificateTakesItsPlaceOnceItCanBeUsed() async throws {
        let (first, second) = (try await ServerIdentity.fresh(), try await ServerIdentity.fresh())
        let files = Files(first)
        let certificate = try ServerCertificate({ files.present }, logger: Self.quiet)
        try await ShellFixture.run(certificate: certificate) { port in
            // One file is written before the other: the key does not fit yet.
            files.write(ServerIdentity(certificates: second.certificates, key: first.key))
            certificate.refresh()
            let kept = try await Self.call(port, Endpoint.TLS(ca: first.certificates))
            #expect(kept == 200)
            files.write(second)
            certificate.refresh()
            let new = try await Self.call(port, Endpoint.TLS(ca: second.certificates))
            let old = try await Self.failure(port, Endpoint.TLS(ca: first.certificates))
            #expect(new == 200 && old == .tls)
        }
    }

    private final class Files: Sendable {
        private let content: Mutex<ServerIdentity>

        init(_ identity: ServerIdentity) {
            content = Mutex(identity)
        }

        var present: ServerIdentity { content.withLock { $0 } }

        func write(_ identity: ServerIdentity) {
            content.withLock { $0 = identity }
        }
    }

    @Test func whatIsNoCertificateIsRefusedAtOnce() async throws {
        let (one, other) = (try await ServerIdentity.fresh(), try await ServerIdentity.fresh())
        for wrong in [
            ServerIdentity(certificates: [], key: []), ServerIdentity(certificates: one.certificates, key: other.key),
            ServerIdentity(certificates: one.key, key: one.key),
        ] {
            #expect(throws: ServerIdentity.Unusable.self) { try ServerCertificate({ wrong }, logger: Self.quiet) }
        }
    }
}

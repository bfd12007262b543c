import Curl
import DockerDriver
import DockerSupport
import Drivers
import Foundation
import Model
import Testing

/// A real daemon over the network that believes only who has a certificate of its authority.
@Suite(.serialized)
struct NetworkTests {
    /// Where `ops/testbed/docker start DIR PORT` listens, and what it made for its clients.
    private struct Daemon {
        let endpoint: String
        private let folder: String

        init() throws {
            let environment = ProcessInfo.processInfo.environment
            guard let endpoint = environment["CONTINUO_TEST_DOCKER_TLS"],
                let folder = environment["CONTINUO_TEST_DOCKER_TLS_FOLDER"]
            else { throw Unmet("CONTINUO_TEST_DOCKER_TLS and CONTINUO_TEST_DOCKER_TLS_FOLDER are not set; ops/test sets them") }
            self.endpoint = endpoint
            self.folder = folder
        }

        func read(_ name: String) throws -> String {
            try String(contentsOfFile: "\(folder)/\(name).pem", encoding: .utf8)
        }

        func credentials(_ prefix: String = "", ca: String = "ca") throws -> HostCredentials {
            HostCredentials(ca: try read(ca), certificate: try read(prefix + "cert"), key: try read(prefix + "key"))
        }

        var host: HostTarget { HostTarget(id: .fresh(), driver: .docker, endpoint: endpoint, address: "127.0.0.1") }

        func context(_ credentials: HostCredentials?) -> WorkContext {
            WorkContext(installation: .fresh(), vaults: PlainSmith(), credentials: credentials, mayAct: {})
        }
    }

    private func probe(_ credentials: HostCredentials?, _ daemon: Daemon) async throws(WorkError) -> HostFacts {
        let policy = try? AddressPolicy(networks: ["127.0.0.0/8"])
        let driver = DockerDriver(client: HTTPClient(addressPolicy: policy ?? .any))
        return try await driver.probe(daemon.host, daemon.context(credentials))
    }

    @Test func whoHasTheCertificateIsServed() async throws {
        let daemon = try Daemon()
        let facts = try await probe(try daemon.credentials(), daemon)
        #expect(facts.cpus > 0 && !facts.version.isEmpty)
    }

    @Test func aWholeLookGoesOverTLS() async throws {
        let daemon = try Daemon()
        let driver = DockerDriver(client: HTTPClient())
        let context = daemon.context(try daemon.credentials())
        #expect(try await driver.observe(daemon.host, context).chains.isEmpty)
        let signals = try await driver.signals(daemon.host, context)
        withExtendedLifetime(signals) {}
    }

    @Test func aStrangersCertificateAuthorityOrKeyIsBadCredentials() async throws {
        let daemon = try Daemon()
        var halves = try daemon.credentials()
        halves.key = nil
        var mixed = try daemon.credentials()
        mixed.key = try daemon.read("other-key")
        var noPEM = try daemon.credentials()
        noPEM.ca = "no PEM"
        let wrong = [
            try daemon.credentials(ca: "other-ca"), try daemon.credentials("other-"), HostCredentials(ca: try daemon.read("ca")),
            HostCredentials(token: "x"), halves, mixed, noPEM,
        ]
        for credentials in wrong {
            let error = await #expect(throws: WorkError.self) { try await probe(credentials, daemon) }
            #expect(error?.code == .badCredentials, "\(String(describing: error))")
            #expect(error?.message.contains("PRIVATE KEY") == false)
        }
    }

    @Test func inClearIsRefusedBeforeAnyCall() async throws {
        let daemon = try Daemon()
        let error = await #expect(throws: WorkError.self) { try await probe(nil, daemon) }
        #expect(error?.code == .endpointNotAllowed)
    }

    @Test func clearTextToATLSDaemonIsTold() async throws {
        let daemon = try Daemon()
        var host = daemon.host
        host.insecure = true
        let error = await #expect(throws: WorkError.self) {
            try await DockerDriver(client: HTTPClient()).probe(host, daemon.context(nil))
        }
        #expect(error?.code == .hostUnsupported)
    }

    /// The allow-list holds at connect, for the address to which a name resolves.
    @Test func theAllowListHoldsAtConnect() async throws {
        let daemon = try Daemon()
        var host = daemon.host
        host.endpoint = daemon.endpoint.replacing("127.0.0.1", with: "localhost")
        let fenced = DockerDriver(client: HTTPClient(addressPolicy: try AddressPolicy(networks: ["10.0.0.0/8"])))
        let context = daemon.context(try daemon.credentials())
        let error = await #expect(throws: WorkError.self) { try await fenced.probe(host, context) }
        #expect(error?.code == .endpointNotAllowed)
        let open = DockerDriver(client: HTTPClient(addressPolicy: try AddressPolicy(networks: ["127.0.0.0/8", "::1"])))
        #expect(try await open.probe(host, context).cpus > 0)
    }
}

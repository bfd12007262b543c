import DockerSupport
import Drivers
import Foundation
import Model
import Scripted

/// Hosts of this kind on which something is wrong.
protocol Troubles: Sendable {
    /// Takes calls and does not answer.
    func slowHost(_ body: (HostTarget, WorkContext) async throws -> Void) async throws
    /// Has no room for anything more.
    func fullHost(_ body: (HostTarget, WorkContext) async throws -> Void) async throws
    /// Does not believe our credentials, or we not its.
    func lockedHost(_ body: (HostTarget, WorkContext) async throws -> Void) async throws
}

struct DockerTroubles: Troubles {
    private func target(_ endpoint: String) -> HostTarget {
        HostTarget(id: .fresh(), driver: .docker, endpoint: endpoint, address: "127.0.0.1")
    }

    private func context(_ credentials: HostCredentials? = nil) -> WorkContext {
        WorkContext(installation: .fresh(), vaults: PlainSmith(), credentials: credentials, mayAct: {})
    }

    func slowHost(_ body: (HostTarget, WorkContext) async throws -> Void) async throws {
        try await ScriptedHost.using { _, _ in
            nil
        } body: { endpoint in
            try await body(target(endpoint), context())
        }
    }

    func fullHost(_ body: (HostTarget, WorkContext) async throws -> Void) async throws {
        try await ScriptedHost.using { method, path in
            switch (method, path) {
            case (_, "/version"): (200, #"{"Version":"20.10.24","ApiVersion":"1.41","MinAPIVersion":"1.12","Arch":"amd64"}"#)
            case ("GET", let path) where path.hasSuffix("/volumes"): (200, #"{"Volumes":[]}"#)
            case ("GET", let path) where path.contains("/images/"): (200, "{}")
            case ("GET", _): (200, "[]")
            default: (500, #"{"message":"mkdir /var/lib/docker/volumes/x: no space left on device"}"#)
            }
        } body: { endpoint in
            try await body(target(endpoint), context())
        }
    }

    /// The test daemon with TLS; its certificates are not those that we trust.
    func lockedHost(_ body: (HostTarget, WorkContext) async throws -> Void) async throws {
        let environment = ProcessInfo.processInfo.environment
        guard let endpoint = environment["CONTINUO_TEST_DOCKER_TLS"], let folder = environment["CONTINUO_TEST_DOCKER_TLS_FOLDER"]
        else { throw Unmet("CONTINUO_TEST_DOCKER_TLS and CONTINUO_TEST_DOCKER_TLS_FOLDER are not set; ops/test sets them") }
        func read(_ name: String) throws -> String { try String(contentsOfFile: "\(folder)/\(name).pem", encoding: .utf8) }
        let wrong = HostCredentials(ca: try read("other-ca"), certificate: try read("cert"), key: try read("key"))
        try await body(target(endpoint), context(wrong))
    }
}

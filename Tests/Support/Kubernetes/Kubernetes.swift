public import Curl
import DockerSupport
public import Foundation
import KubernetesDriver
public import Model

/// The test cluster, from the outside: what an operator or a stranger would do with it.
public struct Kubernetes: Sendable {
    public let kubeconfig: String
    private let path: String
    /// `https://host:port`
    public let endpoint: String
    /// Where published ports are reached.
    public let address: String
    public let client = HTTPClient()
    private let access: ClusterAccess

    /// The cluster of the kubeconfig at CONTINUO_TEST_KUBECONFIG. Where CONTINUO_TEST_KUBERNETES_DOCKER_HOST names the Docker below
    /// it, the test image is made there; else its machines have to have it.
    public static func forTests() async throws -> Kubernetes {
        let environment = ProcessInfo.processInfo.environment
        guard let path = environment["CONTINUO_TEST_KUBECONFIG"], let data = FileManager.default.contents(atPath: path) else {
            throw Unmet("CONTINUO_TEST_KUBECONFIG names no readable file; ops/test sets it")
        }
        if let url = environment["CONTINUO_TEST_KUBERNETES_DOCKER_HOST"] { _ = try await Docker.at(url) }
        return try Kubernetes(kubeconfig: String(decoding: data, as: UTF8.self), at: path)
    }

    init(kubeconfig: String, at path: String) throws {
        self.kubeconfig = kubeconfig
        self.path = path
        let server = try ClusterAccess.server(of: kubeconfig)
        guard case .https(let place) = HostEndpoint(server) else { throw Unmet("\(server) is no https://host:port") }
        endpoint = server
        address = place.host
        access = try ClusterAccess(
            HostTarget(id: .fresh(), driver: .kubernetes, endpoint: server, address: place.host),
            HostCredentials(kubeconfig: kubeconfig))
    }

    /// Out of the kubeconfig, each by itself.
    public var credentials: HostCredentials {
        guard case .tcp(_, _, let tls) = access.endpoint else { return HostCredentials(token: access.token) }
        func text(_ bytes: [UInt8]?) -> String? { bytes.map { String(decoding: $0, as: UTF8.self) } }
        return HostCredentials(
            ca: text(tls?.ca), certificate: text(tls?.certificate), key: text(tls?.key), token: access.token)
    }

    /// Answers the call's body; fails the test where the cluster refuses.
    @discardableResult
    public func call(_ method: String, _ path: String, _ body: JSONValue? = nil) async throws -> Data {
        let response = try await send(method, path, body)
        guard (200..<300).contains(response.status) else {
            throw Unmet("\(method) \(path): \(response.status) \(String(decoding: response.body, as: UTF8.self))")
        }
        return Data(response.body)
    }

    public func send(_ method: String, _ path: String, _ body: JSONValue? = nil) async throws -> Response {
        var headers = [("Content-Type", method == "PATCH" ? "application/merge-patch+json" : "application/json")]
        if let token = access.token { headers.append(("Authorization", "Bearer \(token)")) }
        let bytes = try body.map { Body.bytes(Array(try JSONEncoder().encode($0))) } ?? .none
        return try await client.send(Request(method, access.endpoint, path, headers: headers, body: bytes))
    }

    /// What a call answers, as JSON.
    public func json(_ path: String) async throws -> JSONValue {
        try JSONDecoder().decode(JSONValue.self, from: try await call("GET", path))
    }

    /// The uids of objects, all namespaces together.
    public func uids(of path: String, labelled selector: String) async throws -> [String] {
        struct List: Decodable {
            struct Item: Decodable { var metadata: Metadata }
            struct Metadata: Decodable { var uid: String }
            var items: [Item]
        }
        let data = try await call("GET", "\(path)?labelSelector=\(Request.percentEncoded(selector))")
        return try JSONDecoder().decode(List.self, from: data).items.map(\.metadata.uid)
    }

    /// Runs a command in a pod and answers its output; by kubectl, for the API's own way is no plain HTTP.
    public func run(_ command: [String], in pod: String, namespace: String) async throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["kubectl", "--kubeconfig", path, "--namespace", namespace, "exec", pod, "--"] + command
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        return try await withCheckedThrowingContinuation { continuation in
            // A handful of lines fits into the pipe, so nobody has to read while it runs.
            process.terminationHandler = { _ in
                let data = output.fileHandleForReading.readDataToEndOfFile()
                continuation.resume(returning: String(decoding: data, as: UTF8.self))
            }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
    }

    /// Removes what is left of an installation, and says what that was.
    public func removeAll(of installation: InstallationID) async throws -> [String] {
        struct List: Decodable {
            struct Item: Decodable { var metadata: Metadata }
            struct Metadata: Decodable { var name: String }
            var items: [Item]
        }
        let selector = Request.percentEncoded("continuo.installation=\(installation)")
        let data = try await call("GET", "/api/v1/namespaces?labelSelector=\(selector)")
        let names = try JSONDecoder().decode(List.self, from: data).items.map(\.metadata.name)
        for name in names { _ = try await send("DELETE", "/api/v1/namespaces/\(name)") }
        return names.map { "namespace \($0)" }
    }
}

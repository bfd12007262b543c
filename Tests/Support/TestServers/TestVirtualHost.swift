import Curl
import Foundation

/// A virtual host of a test's own on the RabbitMQ that `ops/test` provides.
public struct TestVirtualHost: Sendable {
    /// Leads to this virtual host.
    public let url: String
    private let name: String
    private let admin: URL
    private let client = HTTPClient()

    /// Makes one, lets `body` use it, and removes it with all that is in it.
    public static func with<R>(_ body: (TestVirtualHost) async throws -> R) async throws -> R {
        let host = try TestVirtualHost()
        try await host.call("PUT", "vhosts/\(host.name)")
        let result: Result<R, any Error>
        do {
            try await host.call(
                "PUT", "permissions/\(host.name)/\(host.admin.user ?? "guest")",
                #"{"configure":".*","write":".*","read":".*"}"#)
            result = .success(try await body(host))
        } catch {
            result = .failure(error)
        }
        try await host.call("DELETE", "vhosts/\(host.name)")
        host.client.shutdown()
        return try result.get()
    }

    /// Sets a policy for quorum queues, as an operator does; a RabbitMQ 4 has a delivery limit of 20 by itself.
    public func limitDeliveries(to count: Int) async throws {
        try await call(
            "PUT", "policies/\(name)/limit",
            #"{"pattern":".*","definition":{"delivery-limit":\#(count)},"apply-to":"queues"}"#)
    }

    private init() throws {
        name = "test-" + UUID().uuidString.lowercased()
        guard let admin = URL(string: try TestSettings.value("CONTINUO_TEST_AMQP_ADMIN_URL")),
            var url = URLComponents(string: try TestSettings.value("CONTINUO_TEST_AMQP_URL"))
        else { throw URLError(.badURL) }
        self.admin = admin
        url.path = "/" + name
        self.url = url.string ?? ""
    }

    struct Refused: Error {
        let path: String
        let status: Int
        let body: String
    }

    private func call(_ method: String, _ path: String, _ json: String = "") async throws {
        let login = Data("\(admin.user ?? "guest"):\(admin.password ?? "guest")".utf8).base64EncodedString()
        let endpoint = Endpoint.tcp(host: admin.host() ?? "127.0.0.1", port: admin.port ?? 15_672, tls: nil)
        let response = try await client.send(
            Request(
                method, endpoint, "/api/" + path,
                headers: [("Authorization", "Basic \(login)"), ("Content-Type", "application/json")],
                body: .bytes(Array(json.utf8))))
        guard (200..<300).contains(response.status) else {
            throw Refused(path: path, status: response.status, body: String(decoding: response.body, as: UTF8.self))
        }
    }
}

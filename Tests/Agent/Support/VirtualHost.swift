import Foundation
import FoundationNetworking
import RabbitMQ

/// A virtual host of one test alone, on the RabbitMQ that `ops/test` started.
struct VirtualHost: Sendable {
    struct Missing: Error, CustomStringConvertible {
        let variable: String
        var description: String { "\(variable) is not set: run the tests by ops/test, which starts the servers they need." }
    }

    struct Unexpected: Error {
        let status: Int
        let path: String
    }

    private let broker: URL
    private let admin: URL
    private let name = "test-\(UUID().uuidString)"

    private init() throws {
        broker = try Self.address("CONTINUO_TEST_AMQP_URL")
        admin = try Self.address("CONTINUO_TEST_AMQP_ADMIN_URL")
    }

    /// Makes one, lets `body` use it and removes it with all that is in it.
    static func temporary<R>(_ body: (VirtualHost) async throws -> R) async throws -> R {
        let host = try VirtualHost()
        try await host.call("PUT", "vhosts/\(host.name)")
        do {
            let rights = #"{"configure":".*","write":".*","read":".*"}"#
            try await host.call("PUT", "permissions/\(host.name)/\(host.broker.user ?? "guest")", json: rights)
            let result = try await body(host)
            try await host.call("DELETE", "vhosts/\(host.name)")
            return result
        } catch {
            _ = try? await host.call("DELETE", "vhosts/\(host.name)")
            throw error
        }
    }

    func configuration() throws -> BrokerConfiguration {
        let login = "\(broker.user ?? "guest"):\(broker.password ?? "guest")"
        return try BrokerConfiguration(url: "amqp://\(login)@\(broker.host ?? ""):\(broker.port ?? 5672)/\(name)")
    }

    /// Ends the connections whose name ends so, as an operator does. The management API learns of one a moment after it was made.
    func closeConnection(named suffix: String) async throws {
        while true {
            let data = try await call("GET", "vhosts/\(name)/connections")
            let connections = try JSONSerialization.jsonObject(with: data) as? [[String: Any]] ?? []
            let names = connections.compactMap { connection -> String? in
                let ours = (connection["client_properties"] as? [String: Any])?["connection_name"] as? String
                return ours?.hasSuffix(suffix) == true ? connection["name"] as? String : nil
            }
            for name in names {
                try await call("DELETE", "connections/\(name.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")")
            }
            if !names.isEmpty { return }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    private static func address(_ variable: String) throws -> URL {
        guard let text = ProcessInfo.processInfo.environment[variable], let url = URL(string: text) else {
            throw Missing(variable: variable)
        }
        return url
    }

    @discardableResult
    private func call(_ method: String, _ path: String, json: String? = nil) async throws -> Data {
        guard let target = URL(string: "http://\(admin.host ?? ""):\(admin.port ?? 15672)/api/\(path)") else {
            throw URLError(.badURL)
        }
        var request = URLRequest(url: target)
        request.httpMethod = method
        request.httpBody = json.map { Data($0.utf8) }
        let login = Data("\(admin.user ?? "guest"):\(admin.password ?? "guest")".utf8).base64EncodedString()
        request.setValue("Basic \(login)", forHTTPHeaderField: "Authorization")
        request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        let (data, response) = try await URLSession.shared.data(for: request)
        let status = (response as? HTTPURLResponse)?.statusCode ?? 0
        guard (200..<300).contains(status) else { throw Unexpected(status: status, path: path) }
        return data
    }
}

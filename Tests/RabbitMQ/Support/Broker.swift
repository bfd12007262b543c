import Foundation
import FoundationNetworking
import RabbitMQ

/// The RabbitMQ that `ops/test` started for all tests: its addresses and its management API.
struct Broker {
    struct Missing: Error, CustomStringConvertible {
        let variable: String
        var description: String { "\(variable) is not set: run the tests by ops/test, which starts the servers they need." }
    }

    struct Unexpected: Error {
        let status: Int
        let path: String
        let body: String
    }

    let url: URL
    let admin: URL

    static func shared() throws -> Broker {
        Broker(url: try address("CONTINUO_TEST_AMQP_URL"), admin: try address("CONTINUO_TEST_AMQP_ADMIN_URL"))
    }

    private static func address(_ variable: String) throws -> URL {
        guard let text = ProcessInfo.processInfo.environment[variable], let url = URL(string: text) else {
            throw Missing(variable: variable)
        }
        return url
    }

    /// - Parameter parameters: as after the question mark.
    func url(virtualHost: String, port: Int? = nil, user: String? = nil, password: String? = nil, parameters: String = "")
        -> String
    {
        let login = "\(user ?? url.user ?? "guest"):\(password ?? url.password ?? "guest")"
        let address = "\(url.host ?? "127.0.0.1"):\(port ?? url.port ?? 5672)"
        return "amqp://\(login)@\(address)/\(virtualHost)" + (parameters.isEmpty ? "" : "?\(parameters)")
    }

    /// Calls the management API (https://rawcdn.githack.com/rabbitmq/rabbitmq-server/v3.10.8/deps/rabbitmq_management/priv/www/api/index.html).
    @discardableResult
    func call(_ method: String, _ path: String, json: String? = nil) async throws -> Data {
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
        guard (200..<300).contains(status) else {
            throw Unexpected(status: status, path: path, body: String(decoding: data, as: UTF8.self))
        }
        return data
    }
}

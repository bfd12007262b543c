public import Curl
import Foundation
public import Model

/// A node of the chain of `litecoin-regtest`, as its tenant calls it.
public struct LitecoinRPC: Sendable {
    private let client: HTTPClient
    private let host: String
    private let port: Int
    private let password: String

    public init(client: HTTPClient, host: String, port: Int, password: String) {
        self.client = client
        self.host = host
        self.port = port
        self.password = password
    }

    public func call(_ method: String, _ parameters: [JSONValue] = []) async throws -> String {
        let body = try JSONEncoder().encode(
            JSONValue.object(["method": .string(method), "params": .array(parameters), "id": .integer(1)]))
        let login = Data("continuo:\(password)".utf8).base64EncodedString()
        let response = try await client.send(
            Request(
                "POST", .tcp(host: host, port: port, tls: nil), "/", headers: [("Authorization", "Basic \(login)")],
                body: .bytes(Array(body))))
        let text = String(decoding: response.body, as: UTF8.self)
        guard response.status == 200 else { throw Unmet("\(method): \(response.status) \(text)") }
        return text
    }

    /// 20 s at most.
    public func untilHeight(_ height: Int) async throws {
        for _ in 0..<100 {
            if try await call("getblockcount").contains("\"result\":\(height)") { return }
            try await Task.sleep(for: .milliseconds(200))
        }
        throw Unmet("no block \(height) on port \(port)")
    }
}

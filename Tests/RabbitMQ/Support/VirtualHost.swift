import Foundation
import RabbitMQ

/// A virtual host of one test alone.
struct VirtualHost {
    let broker: Broker
    let name: String

    /// Makes one, lets `body` use it and removes it with all that is in it.
    static func temporary<R>(on broker: Broker? = nil, _ body: (VirtualHost) async throws -> R) async throws -> R {
        let broker = try broker ?? Broker.shared()
        let host = VirtualHost(broker: broker, name: "test-\(UUID().uuidString)")
        try await broker.call("PUT", "vhosts/\(host.name)")
        do {
            try await broker.call("PUT", "permissions/\(host.name)/\(broker.url.user ?? "guest")", json: Self.everything)
            let result = try await body(host)
            try await broker.call("DELETE", "vhosts/\(host.name)")
            return result
        } catch {
            _ = try? await broker.call("DELETE", "vhosts/\(host.name)")
            throw error
        }
    }

    private static let everything = #"{"configure":".*","write":".*","read":".*"}"#

    func configuration(port: Int? = nil, parameters: String = "", maximumMessageSize: Int = 1 << 20) throws -> BrokerConfiguration
    {
        try BrokerConfiguration(
            url: broker.url(virtualHost: name, port: port, parameters: parameters), maximumMessageSize: maximumMessageSize)
    }

    func deleteQueue(_ queue: String) async throws {
        try await broker.call("DELETE", "queues/\(name)/\(queue)")
    }

    func delete(exchange: String) async throws {
        try await broker.call("DELETE", "exchanges/\(name)/\(exchange)")
    }

    /// The management API names a binding by its routing key in percent encoding, to be encoded once more in a path.
    func unbind(_ queue: String, from exchange: String, routingKey: String) async throws {
        let key = routingKey.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? ""
        let encoded = key.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        try await broker.call("DELETE", "bindings/\(name)/e/\(exchange)/q/\(queue)/\(encoded)")
    }

    /// How many messages wait in a queue, as the management API saw it last.
    func ready(in queue: String) async throws -> Int {
        let data = try await broker.call("GET", "queues/\(name)/\(queue)")
        let facts = try JSONSerialization.jsonObject(with: data) as? [String: Any]
        return facts?["messages"] as? Int ?? 1
    }

    /// The messages of a queue, taken out.
    func drain(_ queue: String, limit: Int = 1000) async throws -> [String] {
        let data = try await broker.call(
            "POST", "queues/\(name)/\(queue)/get",
            json: #"{"count":\#(limit),"ackmode":"ack_requeue_false","encoding":"auto"}"#)
        let messages = try JSONSerialization.jsonObject(with: data) as? [[String: Any]] ?? []
        return messages.compactMap { $0["payload"] as? String }
    }

    /// Ends a connection as an operator does. The management API learns of a connection a moment after it was made.
    func forceClose(connection: String) async throws {
        while true {
            let names = try await connections().filter { $0.value == connection }.map(\.key)
            for name in names {
                try await broker.call(
                    "DELETE", "connections/\(name.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")")
            }
            if !names.isEmpty { return }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// The broker's names of this virtual host's connections, and ours.
    private func connections() async throws -> [String: String] {
        let data = try await broker.call("GET", "vhosts/\(name)/connections")
        let connections = try JSONSerialization.jsonObject(with: data) as? [[String: Any]] ?? []
        var names: [String: String] = [:]
        for connection in connections {
            let properties = connection["client_properties"] as? [String: Any]
            if let name = connection["name"] as? String { names[name] = properties?["connection_name"] as? String }
        }
        return names
    }
}

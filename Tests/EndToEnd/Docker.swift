import Curl
import Foundation
import Model
import Programs

/// Docker as its owner sees it, behind Continuo's back.
struct Docker: Sendable {
    let http: HTTPClient
    let socket: String

    @discardableResult
    func call(_ method: String, _ path: String, _ body: JSONValue? = nil, expect statuses: Set<Int>) async throws -> JSONValue {
        let response = try await http.send(
            Request(
                method, .unix(socket), "/v1.41" + path,
                headers: body == nil ? [] : [("content-type", "application/json")],
                body: try body.map { .bytes(try $0.bytes) } ?? .none,
                timeouts: Timeouts(total: .seconds(60)), responseLimit: 16 << 20))
        guard statuses.contains(response.status) else {
            throw Failure(
                "docker \(method) \(path) answered \(response.status): \(String(decoding: response.body, as: UTF8.self))")
        }
        return response.body.isEmpty ? .null : try JSONValue(parsing: response.body)
    }

    /// Ids of the containers with all these labels, running or not.
    func containers(_ labels: String...) async throws -> [String] {
        try await call("GET", "/containers/json?all=1&filters=\(filter(labels))", expect: [200]).items.compactMap {
            $0["Id"].text
        }
    }

    func networks(_ labels: String...) async throws -> [String] {
        try await call("GET", "/networks?filters=\(filter(labels))", expect: [200]).items.compactMap { $0["Id"].text }
    }

    func volumes(_ labels: String...) async throws -> [String] {
        try await call("GET", "/volumes?filters=\(filter(labels))", expect: [200])["Volumes"].items.compactMap { $0["Name"].text }
    }

    private func filter(_ labels: [String]) -> String {
        let quoted = labels.map { "\"\($0)\"" }.joined(separator: ",")
        return Request.percentEncoded("{\"label\":[\(quoted)]}")
    }

    func remove(container id: String) async throws {
        try await call("DELETE", "/containers/\(id)?force=1&v=1", expect: [204, 404])
    }

    /// Everything with this label, by id.
    func removeAll(_ label: String) async throws {
        for id in try await containers(label) { try await remove(container: id) }
        for id in try await networks(label) { try await call("DELETE", "/networks/\(id)", expect: [204, 404]) }
        for name in try await volumes(label) { try await call("DELETE", "/volumes/\(name)?force=1", expect: [204, 404]) }
    }

    /// How many objects carry this label.
    func count(_ label: String) async throws -> Int {
        try await containers(label).count + networks(label).count + volumes(label).count
    }
}

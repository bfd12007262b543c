package import Curl
import Foundation
package import Model

/// A client of Continuo's API with one key.
package struct API: Sendable {
    package let http: HTTPClient
    let port: Int
    let key: String

    package init(http: HTTPClient, port: Int, key: String) {
        self.http = http
        self.port = port
        self.key = key
    }

    package struct Answer: Sendable {
        package var status: Int
        package var headers: Headers
        package var body: JSONValue
    }

    /// Sends one request and reads its answer, whatever its status.
    ///
    /// - Parameter once: its `Idempotency-Key`.
    package func ask(_ method: String, _ path: String, _ body: JSONValue? = nil, once: String? = nil) async throws -> Answer {
        var headers = [("authorization", "Bearer \(key)")]
        if let once { headers.append(("idempotency-key", once)) }
        if body != nil { headers.append(("content-type", "application/json")) }
        let response = try await http.send(
            Request(
                method, .tcp(host: "127.0.0.1", port: port, tls: nil), path, headers: headers,
                body: try body.map { .bytes(try $0.bytes) } ?? .none))
        let json = response.body.isEmpty ? JSONValue.null : try JSONValue(parsing: response.body)
        return Answer(status: response.status, headers: response.headers, body: json)
    }

    /// The same; throws unless it answers with one of `statuses`.
    @discardableResult
    package func call(
        _ method: String, _ path: String, _ body: JSONValue? = nil, once: String? = nil, expect statuses: Set<Int>
    ) async throws -> JSONValue {
        let answer = try await ask(method, path, body, once: once)
        guard statuses.contains(answer.status) else {
            throw Failure("\(method) \(path) answered \(answer.status) instead of \(statuses.sorted()): \(answer.body)")
        }
        return answer.body
    }

    package func get(_ path: String) async throws -> JSONValue {
        try await call("GET", path, expect: [200])
    }

    /// Waits for the end of an operation and returns it.
    package func end(of operation: String) async throws -> JSONValue {
        try await eventually("operation \(operation) ends") {
            let operation = try await get("/v1/operations/\(operation)")
            return ["succeeded", "failed", "superseded", "cancelled"].contains(operation["status"].text) ? operation : nil
        }
    }

    /// Waits until the operation in an answer has succeeded.
    package func succeeds(_ answer: JSONValue) async throws {
        guard let id = answer["operation"]["id"].text else { throw Failure("no operation in \(answer)") }
        let operation = try await end(of: id)
        guard operation["status"] == "succeeded" else { throw Failure("the operation did not succeed: \(operation)") }
    }

    /// Waits until there are `count` chains of a phase.
    @discardableResult
    package func chains(_ phase: String, count: Int) async throws -> [JSONValue] {
        try await eventually("\(count) chains are \(phase)") {
            let chains = try await get("/v1/chains?phase=\(phase)")["items"].items
            return chains.count == count ? chains : nil
        }
    }
}

/// Asks again and again until there is an answer; throws after `patience`, with the last error if there was one.
package func eventually<Answer>(
    _ what: String, patience: Duration = .seconds(180), pause: Duration = .milliseconds(100),
    isolation: isolated (any Actor)? = #isolation,
    _ ask: () async throws -> Answer?
) async throws -> Answer {
    let clock = ContinuousClock()
    let deadline = clock.now + patience
    var last: (any Error)?
    while clock.now < deadline {
        do {
            if let answer = try await ask() { return answer }
        } catch {
            last = error
        }
        try await clock.sleep(for: pause)
    }
    throw Failure("not within \(patience): \(what)\(last.map { " (last error: \($0))" } ?? "")")
}

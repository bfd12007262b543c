import Curl
import FoundationEssentials
import Model

/// What the cluster answered to a call.
struct ClusterAnswer: Sendable {
    let status: Int
    let body: [UInt8]
    /// Seconds, where the cluster asks for patience.
    var retryAfter: Int?

    init(status: Int, body: [UInt8], retryAfter: Int? = nil) {
        self.status = status
        self.body = body
        self.retryAfter = retryAfter
    }

    init(status: Int, headers: Headers, body: [UInt8]) {
        self.init(status: status, body: body, retryAfter: headers["Retry-After"].flatMap { Int($0) })
    }

    var succeeded: Bool { (200..<300).contains(status) }

    var failure: Failure { (try? JSONDecoder().decode(Failure.self, from: Data(body))) ?? Failure() }

    /// Passes when the cluster did it, or when `also` allows its status.
    func expect(_ doing: String, also allowed: Int..., node: String? = nil) throws(WorkError) {
        guard succeeded || allowed.contains(status) else { throw refusal(doing, node: node) }
    }

    func decode<Value: Decodable>(_ type: Value.Type, _ doing: String, node: String? = nil) throws(WorkError) -> Value {
        try expect(doing, node: node)
        do {
            return try JSONDecoder().decode(type, from: Data(body))
        } catch {
            throw WorkError(.terminal, .hostUnsupported, "\(doing): the answer is not Kubernetes'")
        }
    }

    /// What stands in place of the object when the cluster refuses (a `Status`).
    struct Failure: Decodable, Sendable {
        var message: String?
        var reason: String?
        var details: Details?

        struct Details: Decodable, Sendable {
            var group: String?
            /// The resource.
            var kind: String?
            var causes: [Cause]?
        }

        struct Cause: Decodable, Sendable {
            var message: String?
            var field: String?
        }
    }
}

import Curl
import Drivers
import FoundationEssentials
import Model

/// One cluster, spoken to on behalf of one installation. Asks before every call whether it may still act.
struct Cluster: Sendable {
    let client: HTTPClient
    let access: ClusterAccess
    let installation: InstallationID
    let mayAct: @Sendable () throws(WorkError) -> Void
    /// Lets time pass between two tries.
    var rest: @Sendable (Duration) async throws(WorkError) -> Void = { (duration) throws(WorkError) in try await pause(duration) }

    /// How often a call is made where the cluster asks for patience (429) or is out of order for the moment (5xx).
    private static let tries = 4

    enum Form: String {
        case json = "application/json"
        /// Server-side apply; JSON is YAML.
        case apply = "application/apply-patch+yaml"
        case merge = "application/merge-patch+json"
    }

    /// One call; any status is an answer. Every try ends within 10 s.
    func call(
        _ method: String, _ path: String, body: JSONValue? = nil, form: Form = .json, limit: Int = 32 << 20
    ) async throws(WorkError) -> ClusterAnswer {
        let request = try request(method, path, body: body, form: form, timeouts: .call, limit: limit)
        let response = try await patiently { () throws(CurlError) in try await client.send(request) }
        return ClusterAnswer(status: response.status, headers: response.headers, body: response.body)
    }

    /// An answer that comes bit by bit.
    func stream(_ path: String, timeouts: Timeouts) async throws(WorkError) -> StreamedResponse {
        let request = try request("GET", path, body: nil, form: .json, timeouts: timeouts, limit: .max)
        return try await patiently { () throws(CurlError) in try await client.stream(request) }
    }

    /// Asks again, a few times, where the cluster asks for that.
    private func patiently<Exchanged: Answering>(
        _ exchange: () async throws(CurlError) -> Exchanged
    ) async throws(WorkError) -> Exchanged {
        var round = 1
        while true {
            try mayAct()
            let response: Exchanged
            do {
                response = try await exchange()
            } catch {
                throw WorkError(error, at: access.endpoint)
            }
            let answer = ClusterAnswer(status: response.status, headers: response.headers, body: [])
            guard answer.asksForPatience, round < Self.tries else { return response }
            try await rest(answer.patience(round))
            round += 1
        }
    }

    private func request(
        _ method: String, _ path: String, body: JSONValue?, form: Form, timeouts: Timeouts, limit: Int
    ) throws(WorkError) -> Request {
        var headers = [("Accept", "application/json")]
        if let token = access.token { headers.append(("Authorization", "Bearer \(token)")) }
        var bytes = Body.none
        if let body {
            headers.append(("Content-Type", form.rawValue))
            // Read as YAML, in which a slash is never escaped.
            let encoder = JSONEncoder()
            encoder.outputFormatting = .withoutEscapingSlashes
            guard let data = try? encoder.encode(body) else {
                throw WorkError(.terminal, .badPlan, "the plan holds a value that can't be written as JSON")
            }
            bytes = .bytes(Array(data))
        }
        return Request(
            method, access.endpoint, path, headers: headers, body: bytes, timeouts: timeouts, responseLimit: limit)
    }
}

private protocol Answering {
    var status: Int { get }
    var headers: Headers { get }
}

extension Response: Answering {}
extension StreamedResponse: Answering {}

extension ClusterAnswer {
    fileprivate var asksForPatience: Bool { status == 429 || status >= 500 }

    /// As long as the cluster says, at most 5 s; else longer each time.
    fileprivate func patience(_ round: Int) -> Duration {
        retryAfter.map { .seconds(min(max($0, 0), 5)) } ?? .milliseconds(100 << round)
    }
}

extension Timeouts {
    /// Of one call to the cluster: an agent's term lasts 15 s, and no call may outlast it.
    static let call = Timeouts(connect: .seconds(5), total: .seconds(10), idle: nil)
}

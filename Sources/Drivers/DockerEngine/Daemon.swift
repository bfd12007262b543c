package import Curl
import FoundationEssentials
package import Model

/// One daemon, spoken to on behalf of one installation. Asks before every call whether it may still act.
package struct Daemon: Sendable {
    package let client: HTTPClient
    package let endpoint: Endpoint
    package let installation: InstallationID
    package let version: DaemonVersion
    package let apiVersion: String
    private let mayAct: @Sendable () throws(WorkError) -> Void

    /// Asks the daemon for its versions.
    /// - Throws: `hostUnsupported` when it is no Docker daemon or none that this driver can speak with.
    package init(
        client: HTTPClient, endpoint: Endpoint, installation: InstallationID,
        mayAct: @escaping @Sendable () throws(WorkError) -> Void
    ) async throws(WorkError) {
        self.client = client
        self.endpoint = endpoint
        self.installation = installation
        self.mayAct = mayAct
        try mayAct()
        let response = try await Self.greet(client, endpoint)
        let answer = Answer(status: response.status, body: response.body)
        guard !(400..<500).contains(answer.status) else {
            // A daemon with TLS says so to who speaks in clear.
            let said = String(decoding: response.body.prefix(200), as: UTF8.self)
            throw WorkError(
                .terminal, .hostUnsupported, "\(endpoint) does not answer as a Docker daemon: status \(answer.status) \(said)")
        }
        version = try answer.decode(DaemonVersion.self, "asking for its version")
        guard let newest = APIVersion(version.apiVersion),
            let agreed = APIVersion.agreed(
                daemonSpeaks: version.minAPIVersion.flatMap(APIVersion.init) ?? newest, to: newest)
        else {
            throw WorkError(
                .terminal, .hostUnsupported,
                "the daemon speaks Docker API \(version.apiVersion); needed is \(APIVersion.oldest) to \(APIVersion.newest)")
        }
        apiVersion = agreed.description
    }

    /// A daemon that refuses our certificate says so by an alert, which is lost where it closes the connection too soon: then it is
    /// asked again, and at last taken for a refusal.
    private static func greet(_ client: HTTPClient, _ endpoint: Endpoint) async throws(WorkError) -> Response {
        for _ in 1...4 {
            do {
                return try await client.send(Request("GET", endpoint, "/version", timeouts: .call))
            } catch  where error.code == .interrupted && endpoint.hasTLS {
                continue
            } catch {
                throw WorkError(error, at: endpoint)
            }
        }
        throw WorkError(
            .transient, .badCredentials,
            "\(endpoint) takes the connection and closes it; most likely it does not accept the certificate of the host's credentials"
        )
    }

    /// One call; any status is an answer. It ends within `timeouts`, 10 s unless said.
    package func call(
        _ method: String, _ path: String, body: Body = .none, type: String = "application/json",
        timeouts: Timeouts = .call, limit: Int = 16 << 20
    ) async throws(WorkError) -> Answer {
        let request = request(method, path, body: body, type: type, timeouts: timeouts, limit: limit)
        try mayAct()
        do {
            let response = try await client.send(request)
            return Answer(status: response.status, body: response.body)
        } catch {
            throw WorkError(error, at: endpoint)
        }
    }

    package func call(_ method: String, _ path: String, json: some Encodable) async throws(WorkError) -> Answer {
        try await call(method, path, body: .bytes(try DockerJSON.encode(json)))
    }

    /// An answer as it comes; without an end unless `timeouts` says so.
    package func stream(
        _ path: String, method: String = "GET", timeouts: Timeouts = Timeouts(connect: .seconds(5), total: nil, idle: nil)
    ) async throws(WorkError) -> StreamedResponse {
        try mayAct()
        do {
            return try await client.stream(request(method, path, body: .none, type: nil, timeouts: timeouts, limit: .max))
        } catch {
            throw WorkError(error, at: endpoint)
        }
    }

    private func request(
        _ method: String, _ path: String, body: Body, type: String?, timeouts: Timeouts, limit: Int
    ) -> Request {
        var headers: [(String, String)] = []
        if let type, case .bytes = body { headers.append(("Content-Type", type)) }
        return Request(
            method, endpoint, "/v\(apiVersion)\(path)", headers: headers, body: body, timeouts: timeouts, responseLimit: limit)
    }
}

extension Endpoint {
    fileprivate var hasTLS: Bool {
        if case .tcp(_, _, .some) = self { true } else { false }
    }
}

extension Timeouts {
    /// Of one call to the daemon: an agent's term lasts 15 s, and no call may outlast it.
    package static let call = Timeouts(connect: .seconds(5), total: .seconds(10), idle: nil)
}

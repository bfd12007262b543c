import HTTPTypes
import HummingbirdCore
import Ledger
import Logging
import Model
import NIOCore

/// Takes every request through the same steps: find the route, know the caller, authorize, read the body, call, answer.
/// Whatever goes wrong on the way becomes a problem.
struct Front: Sendable {
    let routes: RouteTable
    let keys: any KeyHolder
    let bodyLimit: Int
    let origins: AllowedOrigins
    let metrics: Metrics
    /// Called when a caller may not do what it asks for.
    let refused: @Sendable (Deed) async -> Void
    let logger: Logger

    /// Throws only when the connection is broken.
    func answer(_ request: Request) async throws -> Answer {
        let id = request.headers[.requestID].flatMap(RequestIdentifier.init(callers:)) ?? .fresh()
        let start = ContinuousClock.now
        let found = Result { () throws(Problem) in try routes.find(request.method, request.uri.path) }
        var answer = try await answer(request, found, id)
        answer.sign(id)
        origins.admit(request, &answer)
        if request.method == .head {
            answer.body = []
            answer.stream = nil
        }
        let duration = ContinuousClock.now - start
        metrics.note(
            request.method, (try? found.get())?.0.path.description, answer.status.code, duration)
        log(request, answer, id, duration)
        return answer
    }

    private func answer(
        _ request: Request, _ found: Result<(Route, [String: String]), Problem>, _ id: RequestIdentifier
    ) async throws -> Answer {
        do {
            if request.method == .options { return try options(request) }
            let (route, parameters) = try found.get()
            let caller = try await caller(of: request, for: route)
            let scope = try await scope(of: caller, route, request, id)
            let call = Call(
                id: id, scope: scope, caller: caller, path: request.uri.path,
                idempotencyKey: try idempotencyKey(of: request), accept: Accept(request.headers[.accept]),
                patience: Preference.wait(in: request.headers[values: .prefer]),
                precondition: try request.headers[.ifMatch].map { (field) throws(Problem) in try Precondition(field: field) },
                parameters: parameters,
                query: try QueryString.fields(of: request.uri.query ?? ""), lastEvent: request.headers[.lastEventID],
                body: try await body(of: request, for: route))
            return try await route.handler(call)
        } catch let error as ConnectionRefused {
            throw error
        } catch {
            return problem(of: error, id).answer(requestID: id)
        }
    }

    /// What is possible here; needs no key, and tells nothing that the API's description does not.
    private func options(_ request: Request) throws(Problem) -> Answer {
        var answer = Answer.nothing
        answer.headers[.allow] = try routes.allowed(at: request.uri.path)
        return answer
    }

    /// Who may not change what it asks to change goes on record.
    private func scope(
        of caller: Caller?, _ route: Route, _ request: Request, _ id: RequestIdentifier
    ) async throws(Problem) -> Scope {
        guard let caller else { return .all }
        do throws(Problem) {
            return try authorize(caller, route.right)
        } catch {
            if route.method != .get {
                await refused(
                    Deed(
                        request: id.text, key: caller.key, role: caller.role, tenant: caller.tenant,
                        action: "\(route.method.rawValue) \(route.path)", target: request.uri.path))
            }
            throw error
        }
    }

    private func caller(of request: Request, for route: Route) async throws -> Caller? {
        if case .open = route.right { return nil }
        return try await authenticate(request.headers[.authorization], keys)
    }

    private func idempotencyKey(of request: Request) throws(Problem) -> IdempotencyKey? {
        guard request.method == .post, let field = request.headers[.idempotencyKey] else { return nil }
        return try IdempotencyKey(field: field)
    }

    private func body(of request: Request, for route: Route) async throws -> JSONValue? {
        let bytes = try await request.body.collect(upTo: bodyLimit)
        guard bytes.readableBytes > 0 else { return nil }
        guard route.takesBody else { throw Problem(.badRequest, "This call takes no body.") }
        try checkMediaType(request.headers[.contentType])
        do throws(JSONReader.Failure) {
            return try JSONReader.value(of: Array(bytes.readableBytesView))
        } catch {
            throw Problem(.malformedJSON, "The body is no JSON: \(error.reason), at byte \(error.offset).")
        }
    }

    private static let mediaTypes = ["application/json", "application/merge-patch+json"]

    private func checkMediaType(_ field: String?) throws(Problem) {
        let type = field?.split(separator: ";").first?.lowercased()
        guard let type = type?.filter({ $0 != " " }), Self.mediaTypes.contains(type) else {
            throw Problem(
                .unsupportedMediaType, "The body's type is \(field?.prefix(100) ?? "not named"); application/json is needed.",
                headers: [.accept: "application/json"])
        }
    }

    private func problem(of error: any Error, _ id: RequestIdentifier) -> Problem {
        if let problem = error as? Problem { return problem }
        if let problem = Problem(ledger: error) { return problem }
        logger.error("a call failed", metadata: ["request": "\(id)", "error": "\(error)"])
        return Problem(.internal, "The engine failed; its log says why under this request's id.")
    }

    private func log(_ request: Request, _ answer: Answer, _ id: RequestIdentifier, _ duration: Duration) {
        logger.debug(
            "answered",
            metadata: [
                "request": "\(id)", "method": "\(request.method)", "path": "\(request.uri.path)",
                "status": "\(answer.status.code)",
                "duration": "\(duration)",
            ])
    }
}

extension Answer {
    /// The fields that every answer has.
    mutating func sign(_ id: RequestIdentifier) {
        headers[.requestID] = id.text
        headers[.date] = HTTPDate.now()
    }
}

extension HTTPField.Name {
    // A token of letters and dashes is always a field name.
    static let requestID = HTTPField.Name("X-Request-Id")!
    static let lastEventID = HTTPField.Name("Last-Event-ID")!
}

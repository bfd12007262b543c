import HTTPTypes

/// One call of the API.
struct Route: Sendable {
    let method: HTTPRequest.Method
    let path: PathPattern
    let right: Right
    let takesBody: Bool
    let handler: @Sendable (Call) async throws -> Answer

    init(
        _ method: HTTPRequest.Method, _ path: String, _ right: Right, takesBody: Bool = false,
        handler: @escaping @Sendable (Call) async throws -> Answer
    ) {
        self.method = method
        self.path = PathPattern(path)
        self.right = right
        self.takesBody = takesBody
        self.handler = handler
    }

    /// The same call, done in another way.
    func with(_ handler: @escaping @Sendable (Call) async throws -> Answer) -> Route {
        Route(method, path.description, right, takesBody: takesBody, handler: handler)
    }
}

/// A path whose segments are words or, in braces, parameters: `/v1/hosts/{id}`.
struct PathPattern: Sendable, Hashable, CustomStringConvertible {
    private enum Segment: Hashable {
        case word(Substring)
        case parameter(String)
    }

    let description: String
    private let segments: [Segment]

    init(_ path: String) {
        description = path
        segments = Self.split(path).map { $0.hasPrefix("{") ? .parameter(String($0.dropFirst().dropLast())) : .word($0) }
    }

    static func split(_ path: some StringProtocol) -> [Substring] {
        Substring(path).split(separator: "/", omittingEmptySubsequences: false).dropFirst().map { $0 }
    }

    var parameterCount: Int {
        segments.count { if case .parameter = $0 { true } else { false } }
    }

    /// The parameters of a path that fits; `nil` for others.
    func match(_ parts: [Substring]) -> [String: String]? {
        guard parts.count == segments.count else { return nil }
        var parameters: [String: String] = [:]
        for (segment, part) in zip(segments, parts) {
            switch segment {
            case .word(let word): if word != part { return nil }
            case .parameter(let name): parameters[name] = String(part)
            }
        }
        return parameters
    }
}

/// All calls, and which of them a request means.
struct RouteTable: Sendable {
    let routes: [Route]

    /// - Parameter routes: in any order; where two fit, the one with fewer parameters is meant.
    init(_ routes: [Route]) {
        self.routes = routes.sorted { $0.path.parameterCount < $1.path.parameterCount }
    }

    /// Throws 404 when there is no such path, 405 with `Allow` when it has no such method.
    func find(_ method: HTTPRequest.Method, _ path: some StringProtocol) throws(Problem) -> (Route, [String: String]) {
        let parts = PathPattern.split(path)
        guard let pattern = routes.first(where: { $0.path.match(parts) != nil })?.path else {
            throw .notFound("There is no \(path.prefix(200)).")
        }
        let candidates = routes.filter { $0.path == pattern }
        guard let route = candidates.first(where: { $0.method == method || $0.method == .get && method == .head }) else {
            throw Self.notAllowed(method, candidates)
        }
        return (route, pattern.match(parts) ?? [:])
    }

    /// What is possible at a path, as `Allow` says it. Throws 404 when there is no such path.
    func allowed(at path: some StringProtocol) throws(Problem) -> String {
        let parts = PathPattern.split(path)
        guard let pattern = routes.first(where: { $0.path.match(parts) != nil })?.path else {
            throw .notFound("There is no \(path.prefix(200)).")
        }
        return Self.allowed(routes.filter { $0.path == pattern })
    }

    private static func allowed(_ candidates: [Route]) -> String {
        let methods = candidates.flatMap { $0.method == .get ? [.get, .head] : [$0.method] } + [.options]
        return Set(methods).map(\.rawValue).sorted().joined(separator: ", ")
    }

    private static func notAllowed(_ method: HTTPRequest.Method, _ candidates: [Route]) -> Problem {
        let allowed = allowed(candidates)
        return Problem(
            .methodNotAllowed, "\(method.rawValue) is not possible here; \(allowed) is.", headers: [.allow: allowed])
    }
}

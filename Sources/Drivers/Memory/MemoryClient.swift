internal import Curl
internal import Drivers
internal import JSON
internal import Model

/// The calls of one memory host; each asks first whether the agent may act.
struct MemoryClient {
    /// A name or an object that another maker was faster with, or that is gone already.
    enum Outcome<Value> {
        case done(Value)
        /// Somebody else changed the same thing meanwhile: look again.
        case overtaken
    }

    let http: HTTPClient
    let endpoint: Endpoint
    let context: WorkContext

    init(_ http: HTTPClient, _ host: HostTarget, _ context: WorkContext) throws(WorkError) {
        self.http = http
        self.context = context
        guard case .unix(let path) = HostEndpoint(host.endpoint) else {
            throw WorkError(.terminal, .hostUnsupported, "a memory host is reached by unix:///path, not by \(host.endpoint)")
        }
        endpoint = .unix(path)
    }

    func info() async throws(WorkError) -> HostFacts {
        try decode(HostFacts.self, from: try await send("GET", Request.path("info")))
    }

    func list(_ labels: [String: String]) async throws(WorkError) -> [MemoryObject] {
        let query = labels.map { ("label", "\($0.key)=\($0.value)") }
        return try decode([MemoryObject].self, from: try await send("GET", Request.path("objects", query: query)))
    }

    /// - Throws: `imageMissing`.
    func requireImage(_ image: String, for node: String?) async throws(WorkError) {
        do {
            _ = try await exchange("GET", Request.path("images", query: [("name", image)]))
        } catch {
            throw Self.workError(error, node: node)
        }
    }

    /// What a container has written; empty where it is gone.
    func log(of id: String) async throws(WorkError) -> [LogPiece.Line] {
        guard case .done(let body) = try await change("GET", Request.path("containers", id, "log"), node: nil) else { return [] }
        return try decode([LogPiece.Line].self, from: body)
    }

    func create(_ creation: MemoryObject.Creation) async throws(WorkError) -> Outcome<MemoryObject> {
        let spec = creation.spec
        do {
            let answer = try await exchange("POST", Request.path("objects"), body: try JSONWriter().write(creation))
            return .done(try decode(MemoryObject.self, from: answer))
        } catch let refusal as MemoryRefusal where refusal.code == .nameTaken || refusal.code == .notFound {
            return .overtaken
        } catch {
            throw Self.workError(error, node: spec.labels[ObjectLabels.Name.node])
        }
    }

    func start(_ id: String, node: String?) async throws(WorkError) -> Outcome<MemoryObject> {
        guard case .done(let body) = try await change("POST", Request.path("containers", id, "start"), node: node) else {
            return .overtaken
        }
        return .done(try decode(MemoryObject.self, from: body))
    }

    func stop(_ id: String, node: String) async throws(WorkError) -> Outcome<MemoryObject> {
        guard case .done(let body) = try await change("POST", Request.path("containers", id, "stop"), node: node) else {
            return .overtaken
        }
        return .done(try decode(MemoryObject.self, from: body))
    }

    func remove(_ object: ObjectReference) async throws(WorkError) {
        _ = try await change("DELETE", Request.path("objects", object.kind.rawValue, object.id), node: nil)
    }

    /// One element for each change on the host from now on.
    func events() async throws(WorkError) -> ResponseBody {
        try context.mayAct()
        do {
            let timeouts = Timeouts(connect: .seconds(5), total: nil)
            let request = Request("GET", endpoint, "/events", timeouts: timeouts, responseLimit: .max)
            return try await http.stream(request).body
        } catch {
            throw Self.workError(error)
        }
    }

    private func change(_ method: String, _ path: String, node: String?) async throws(WorkError) -> Outcome<[UInt8]> {
        do {
            return .done(try await exchange(method, path))
        } catch let refusal as MemoryRefusal where refusal.code == .notFound {
            return .overtaken
        } catch {
            throw Self.workError(error, node: node)
        }
    }

    /// - Throws: `MemoryRefusal` where the host says no, `WorkError` for the rest.
    private func exchange(_ method: String, _ path: String, body: [UInt8]? = nil) async throws -> [UInt8] {
        try context.mayAct()
        let timeouts = Timeouts(connect: .seconds(5), total: .seconds(10))
        let response = try await http.send(
            Request(method, endpoint, path, body: body.map(Body.bytes) ?? .none, timeouts: timeouts, responseLimit: 64 << 20))
        guard response.status >= 300 else { return response.body }
        if let refusal = try? JSONReader().read(MemoryRefusal.self, from: response.body) { throw refusal }
        throw WorkError(.transient, .hostRefused, "the memory host answered with status \(response.status)")
    }

    /// Calls that the host never refuses.
    private func send(_ method: String, _ path: String) async throws(WorkError) -> [UInt8] {
        do {
            return try await exchange(method, path)
        } catch {
            throw Self.workError(error)
        }
    }

    private func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws(WorkError) -> Value {
        do {
            return try JSONReader().read(type, from: bytes)
        } catch {
            throw WorkError(.terminal, .hostUnsupported, "the endpoint answers, but not as a memory host")
        }
    }
}

extension MemoryClient {
    static func workError(_ error: any Error, node: String? = nil) -> WorkError {
        switch error {
        case let error as WorkError: error
        case let error as MemoryRefusal: workError(error, node: node)
        case let error as CurlError: workError(error)
        default: WorkError(.terminal, .internal, "unexpected failure: \(error)")
        }
    }

    private static func workError(_ refusal: MemoryRefusal, node: String?) -> WorkError {
        switch refusal.code {
        case .portTaken: WorkError(.transient, .portTaken, refusal.message, node: node, value: refusal.value)
        case .subnetTaken: WorkError(.transient, .subnetTaken, refusal.message, value: refusal.value)
        case .imageMissing: WorkError(.terminal, .imageMissing, refusal.message, node: node)
        case .invalid: WorkError(.terminal, .badPlan, refusal.message, node: node)
        case .noRoom: WorkError(.transient, .noRoom, refusal.message, node: node)
        case .denied: WorkError(.terminal, .badCredentials, refusal.message, node: node)
        case .nameTaken, .notFound, .injected: WorkError(.transient, .hostRefused, refusal.message, node: node)
        }
    }

    private static func workError(_ error: CurlError) -> WorkError {
        switch error.code {
        case .cancelled: WorkError(.cancelled, .cancelled, "the work was stopped on request")
        case .addressNotAllowed: WorkError(.terminal, .endpointNotAllowed, error.message)
        case .timeout: WorkError(.transient, .hostSlow, error.message)
        case .invalidRequest: WorkError(.terminal, .internal, error.message)
        default: WorkError(.transient, .hostUnreachable, error.message)
        }
    }
}

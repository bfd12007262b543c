import Drivers
import FoundationEssentials
import HTTPTypes
import Hummingbird
import JSON
import Logging
import MemoryDriver
import Model
import NIOCore
import ServiceLifecycle

/// The routes of a memory host.
struct MemoryHostAPI {
    let keeper: HostKeeper
    let logger: Logger

    var router: Router<BasicRequestContext> {
        let router = Router()
        router.get("info") { _, _ in try await info() }
        router.get("images") { request, _ in try await image(request) }
        router.get("objects") { request, _ in try await list(request) }
        router.post("objects") { request, _ in try await create(request) }
        router.delete("objects/{kind}/{id}") { _, context in try await remove(context) }
        router.post("containers/{id}/start") { _, context in try await start(context) }
        router.post("containers/{id}/stop") { _, context in try await stop(context) }
        router.get("containers/{id}/log") { _, context in try await log(context) }
        router.post("containers/{id}/log") { request, context in try await write(request, context) }
        router.get("containers/{id}/file") { request, context in try await file(request, context) }
        router.get("events") { _, _ in await events() }
        router.post("faults") { request, _ in try await addFault(request) }
        router.delete("faults") { _, _ in
            await keeper.clearFaults()
            return Response(status: .noContent)
        }
        return router
    }

    private func info() async throws -> Response {
        try await answer("info") { _ in
            HostFacts(
                version: "1", apiVersion: "1", operatingSystem: "memory", architecture: "memory", cpus: 1, memoryBytes: 1 << 30)
        }
    }

    private func image(_ request: Request) async throws -> Response {
        let name = request.uri.queryParameters["name"].map(String.init) ?? ""
        return try await answer("image") { (host) throws(MemoryRefusal) in
            try host.requireImage(name)
            return [String]()
        }
    }

    private func list(_ request: Request) async throws -> Response {
        let pairs = request.uri.queryParameters.getAll("label").compactMap { text -> (String, String)? in
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
        }
        let labels = Dictionary(pairs) { $1 }
        return try await answer("list") { $0.list(labels) }
    }

    private func create(_ request: Request) async throws -> Response {
        let creation = try await decode(MemoryObject.Creation.self, request)
        if let old = creation.replaces {
            let removal = try await remove(ObjectReference(kind: .container, id: old))
            guard removal.status == .ok || removal.status == .notFound else { return removal }
        }
        return try await answer(.created) {
            let made = try await keeper.call("create") { (host) throws(MemoryRefusal) in
                try host.create(creation.spec, inside: creation.inside)
            }
            if creation.spec.kind == .container { note(creation.spec) }
            return creation.starts == true ? try await started(made.id) : made
        }
    }

    /// Who tests with this host sees in its log what was made how often.
    private func note(_ container: MemoryObject.Spec) {
        let restarts = container.labels[ObjectLabels.Name.restarts] ?? ""
        logger.debug("made a container", metadata: ["name": "\(container.name)", "restarts": "\(restarts)"])
    }

    private func log(_ context: BasicRequestContext) async throws -> Response {
        let id = try context.parameters.require("id")
        return try await answer("log") { (host) throws(MemoryRefusal) in try host.log(of: id) }
    }

    private func write(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let id = try context.parameters.require("id")
        let lines = try await decode([String].self, request)
        return try await answer("write") { (host) throws(MemoryRefusal) in
            try host.write(lines, in: id, at: Self.now)
            return [String]()
        }
    }

    private func file(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let id = try context.parameters.require("id")
        let path = request.uri.queryParameters["path"].map(String.init) ?? ""
        return try await answer("file") { (host) throws(MemoryRefusal) in try host.file(path, in: id) }
    }

    private static var now: String {
        let now = Date().timeIntervalSince1970
        let fraction = String(Int((now - now.rounded(.down)) * 1_000_000_000) + 1_000_000_000).dropFirst()
        return Date(timeIntervalSince1970: now).formatted(.iso8601).dropLast() + ".\(fraction)Z"
    }

    private func start(_ context: BasicRequestContext) async throws -> Response {
        let id = try context.parameters.require("id")
        return try await answer { try await started(id) }
    }

    private func started(_ id: String) async throws -> MemoryObject? {
        try await keeper.call("start") { (host) throws(MemoryRefusal) in
            try host.start(id, at: Self.now)
            return host.object(id)
        }
    }

    private func stop(_ context: BasicRequestContext) async throws -> Response {
        let id = try context.parameters.require("id")
        return try await answer("stop") { (host) throws(MemoryRefusal) in
            try host.stop(id)
            return host.object(id)
        }
    }

    private func remove(_ context: BasicRequestContext) async throws -> Response {
        guard let kind = ObjectReference.Kind(rawValue: try context.parameters.require("kind")) else {
            return Response(status: .notFound)
        }
        return try await remove(ObjectReference(kind: kind, id: try context.parameters.require("id")))
    }

    private func remove(_ reference: ObjectReference) async throws -> Response {
        try await answer("remove") { (host) throws(MemoryRefusal) in
            try host.remove(reference)
            return [String]()
        }
    }

    private func addFault(_ request: Request) async throws -> Response {
        await keeper.add(try await decode(MemoryFault.self, request))
        return Response(status: .noContent)
    }

    private func events() async -> Response {
        let changes = await keeper.listen()
        let body = ResponseBody { writer in
            // The head goes out with the first line: a reader knows that it is heard from here on.
            try await writer.write(ByteBuffer(string: "listening\n"))
            for await _ in changes.cancelOnGracefulShutdown() { try await writer.write(ByteBuffer(string: "changed\n")) }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: [.contentType: "text/plain"], body: body)
    }

    private func answer<Value: Encodable & Sendable>(
        _ call: String, _ body: @Sendable (inout MemoryHost) throws(MemoryRefusal) -> Value
    ) async throws -> Response {
        try await answer { try await keeper.call(call, body) }
    }

    private func answer<Value: Encodable & Sendable>(
        _ status: HTTPResponse.Status = .ok, _ value: () async throws -> Value
    ) async throws -> Response {
        do {
            return try json(try await value(), status)
        } catch let refusal as MemoryRefusal {
            return try json(refusal, HTTPResponse.Status(code: refusal.status))
        }
    }

    private func json(_ value: some Encodable, _ status: HTTPResponse.Status) throws -> Response {
        let body = ByteBuffer(bytes: try JSONWriter().write(value))
        return Response(status: status, headers: [.contentType: "application/json"], body: ResponseBody(byteBuffer: body))
    }

    private func decode<Value: Decodable>(_ type: Value.Type, _ request: Request) async throws -> Value {
        let buffer = try await request.body.collect(upTo: 32 << 20)
        do {
            return try JSONReader().read(type, from: Array(buffer.readableBytesView))
        } catch {
            throw HTTPError(.badRequest, message: "the body is no \(type)")
        }
    }
}

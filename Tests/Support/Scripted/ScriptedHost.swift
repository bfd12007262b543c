import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// What a scripted host says to one request.
public struct ScriptedAnswer: Sendable {
    public var status: Int
    public var headers: [String: String]
    public var text: String

    public init(_ status: Int, _ text: String = "", headers: [String: String] = [:]) {
        self.status = status
        self.headers = headers
        self.text = text
    }
}

/// An HTTP server on a unix socket that answers as a test says.
public enum ScriptedHost {
    /// - Parameters:
    ///   - answer: status and body for a method and a path without its query; `nil`: never.
    ///   - body: is given the endpoint, `unix://…`.
    public static func using(
        _ answer: @escaping @Sendable (_ method: String, _ path: String) -> (Int, String)?,
        body: (String) async throws -> Void
    ) async throws {
        try await answering { method, path, _ in
            answer(method, path).map { ScriptedAnswer($0.0, $0.1) }
        } body: { path in
            try await body("unix://\(path)")
        }
    }

    /// - Parameters:
    ///   - answer: for a method, a path and what its query says; `nil`: never.
    ///   - body: is given the socket's path.
    public static func answering(
        _ answer: @escaping @Sendable (_ method: String, _ path: String, _ query: [String: String]) -> ScriptedAnswer?,
        body: (String) async throws -> Void
    ) async throws {
        let path = NSTemporaryDirectory() + "/scripted-\(UUID().uuidString.prefix(8)).sock"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let (ready, isReady) = AsyncStream.makeStream(of: Void.self)
        let server = Application(
            responder: CallbackResponder { (request: Request, _: BasicRequestContext) in
                let query = request.uri.queryParameters.map { (String($0.key), String($0.value)) }
                guard
                    let answer = answer(
                        request.method.rawValue, request.uri.path, Dictionary(query) { _, last in last })
                else {
                    try await Task.sleep(for: .seconds(3600))
                    return Response(status: .noContent)
                }
                return Response(answer)
            },
            configuration: .init(address: .unixDomainSocket(path: path)),
            onServerRunning: { _ in isReady.yield() },
            logger: Logger(label: "scripted") { _ in SwiftLogNoOpLogHandler() })
        let running = Task { try await server.run() }
        defer { running.cancel() }
        for await _ in ready { break }
        try await body(path)
    }
}

extension Response {
    fileprivate init(_ answer: ScriptedAnswer) {
        var headers: HTTPFields = [.contentType: "application/json"]
        for (name, value) in answer.headers {
            if let name = HTTPField.Name(name) { headers[name] = value }
        }
        self.init(
            status: .init(code: answer.status), headers: headers, body: .init(byteBuffer: ByteBuffer(string: answer.text)))
    }
}

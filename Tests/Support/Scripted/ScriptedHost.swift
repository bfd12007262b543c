import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// An HTTP server on a unix socket that answers as a test says.
enum ScriptedHost {
    /// - Parameters:
    ///   - answer: status and body for a method and a path without its query; `nil`: never.
    ///   - body: is given the endpoint, `unix://…`.
    static func using(
        _ answer: @escaping @Sendable (_ method: String, _ path: String) -> (Int, String)?,
        body: (String) async throws -> Void
    ) async throws {
        let path = NSTemporaryDirectory() + "/scripted-\(UUID().uuidString.prefix(8)).sock"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let (ready, isReady) = AsyncStream.makeStream(of: Void.self)
        let server = Application(
            responder: CallbackResponder { (request: Request, _: BasicRequestContext) in
                guard let (status, text) = answer(request.method.rawValue, request.uri.path) else {
                    try await Task.sleep(for: .seconds(3600))
                    return Response(status: .noContent)
                }
                return Response(
                    status: .init(code: status), headers: [.contentType: "application/json"],
                    body: .init(byteBuffer: ByteBuffer(string: text)))
            },
            configuration: .init(address: .unixDomainSocket(path: path)),
            onServerRunning: { _ in isReady.yield() },
            logger: Logger(label: "scripted") { _ in SwiftLogNoOpLogHandler() })
        let running = Task { try await server.run() }
        defer { running.cancel() }
        for await _ in ready { break }
        try await body("unix://\(path)")
    }
}

import Crypto
import DockerSupport
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// An image registry on this machine with one image, `pulled:1` (Docker's registry API, version 2). A daemon speaks in clear with
/// what is on the loopback.
struct Registry: Sendable {
    /// `127.0.0.1:port`.
    let address: String

    private struct Content: Sendable {
        var type: String
        var bytes: Data

        var digest: String {
            "sha256:" + SHA256.hash(data: bytes).map { String(0x100 + Int($0), radix: 16).dropFirst() }.joined()
        }
    }

    static func using(_ body: (Registry) async throws -> Void) async throws {
        let contents = try image()
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let server = Application(
            responder: CallbackResponder { (request: Request, _: BasicRequestContext) in respond(request.uri.path, contents) },
            configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in port.yield(channel.localAddress?.port ?? 0) },
            logger: Logger(label: "registry") { _ in SwiftLogNoOpLogHandler() })
        let running = Task { try await server.run() }
        defer { running.cancel() }
        for await port in ports {
            try await body(Registry(address: "127.0.0.1:\(port)"))
            break
        }
    }

    private static func image() throws -> [String: Content] {
        let layer = Content(type: "application/vnd.docker.image.rootfs.diff.tar.gzip", bytes: try Docker.busyboxRoot())
        // No image of an earlier run is the same.
        let labels = #"{"Labels":{"run":"\#(UUID().uuidString)"}}"#
        let layers = #"{"type":"layers","diff_ids":["\#(layer.digest)"]}"#
        let settings = #"{"architecture":"amd64","os":"linux","config":\#(labels),"rootfs":\#(layers)}"#
        let config = Content(type: "application/vnd.docker.container.image.v1+json", bytes: Data(settings.utf8))
        func described(_ content: Content) -> String {
            #"{"mediaType":"\#(content.type)","size":\#(content.bytes.count),"digest":"\#(content.digest)"}"#
        }
        let type = "application/vnd.docker.distribution.manifest.v2+json"
        let list = #"{"schemaVersion":2,"mediaType":"\#(type)","config":\#(described(config)),"layers":[\#(described(layer))]}"#
        let manifest = Content(type: type, bytes: Data(list.utf8))
        return [
            "/v2/": Content(type: "application/json", bytes: Data("{}".utf8)), "/v2/pulled/manifests/1": manifest,
            "/v2/pulled/manifests/\(manifest.digest)": manifest, "/v2/pulled/blobs/\(config.digest)": config,
            "/v2/pulled/blobs/\(layer.digest)": layer,
        ]
    }

    private static func respond(_ path: String, _ contents: [String: Content]) -> Response {
        guard let content = contents[path], let digest = HTTPField.Name("Docker-Content-Digest") else {
            let unknown = #"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}"#
            return Response(
                status: .notFound, headers: [.contentType: "application/json"],
                body: .init(byteBuffer: ByteBuffer(string: unknown)))
        }
        return Response(
            status: .ok, headers: [.contentType: content.type, digest: content.digest],
            body: .init(byteBuffer: ByteBuffer(bytes: content.bytes)))
    }
}

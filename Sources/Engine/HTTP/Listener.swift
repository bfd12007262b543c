import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// The HTTP server: Hummingbird's connections, a guard on each, the front behind.
enum Listener {
    /// - Parameters:
    ///   - certificate: with which it speaks TLS and nothing else; `nil`: it speaks in clear.
    ///   - listening: told the URL once the port is open.
    static func make(
        _ address: ListenAddress, limits: Limits, certificate: ServerCertificate? = nil, front: Front, logger: Logger,
        listening: @escaping @Sendable (String) -> Void
    ) throws -> any Service {
        let scheme = certificate == nil ? "http" : "https"
        return try server(limits, certificate, logger).buildServer(
            configuration: ServerConfiguration(address: .hostname(address.host, port: address.port), backlog: 1024),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: logger,
            responder: { request, writer, _ in
                let answer = try await front.answer(request)
                let body = answer.stream.map { ResponseBody($0) } ?? ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body))
                try await writer.write(response: answer.head, body: body)
            },
            onServerRunning: { channel in
                listening("\(scheme)://\(channel.localAddress?.text ?? address.description)")
            })
    }

    private static func server(_ limits: Limits, _ certificate: ServerCertificate?, _ logger: Logger) -> HTTPServerBuilder {
        let count = ConnectionCount(limit: limits.connections, reserve: limits.reserve)
        let configuration = HTTP1Channel.Configuration(
            additionalChannelHandlers: [ConnectionGuard(limits: limits, count: count, logger: logger)],
            idleTimeout: limits.idleTime,
            httpDecoderConfiguration: HTTP1Channel.Configuration.DecoderConfiguration(
                maxHeaderFieldSize: limits.headerBytes, maxHeaderListSize: limits.headerBytes,
                maxHeaderFieldCount: limits.headerFields))
        return HTTPServerBuilder { responder in
            let channel = HTTP1Channel(responder: responder, configuration: configuration)
            guard let certificate else { return channel }
            return EncryptedChannel(base: channel, certificate: certificate)
        }
    }
}

extension SocketAddress {
    fileprivate var text: String? {
        guard let ipAddress, let port else { return nil }
        return ipAddress.contains(":") ? "[\(ipAddress)]:\(port)" : "\(ipAddress):\(port)"
    }
}

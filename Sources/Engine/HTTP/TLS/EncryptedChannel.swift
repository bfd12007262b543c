import HummingbirdCore
import Logging
import NIOCore
import NIOSSL

/// A connection inside TLS, with the certificate of the moment in which it came.
struct EncryptedChannel: ServerChildChannel {
    let base: HTTP1Channel
    let certificate: ServerCertificate

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandlers([
                NIOSSLServerHandler(context: certificate.context), HandshakeGuard(logger: logger),
            ])
        }.flatMap {
            base.setup(channel: channel, logger: logger)
        }
    }

    func handle(value: HTTP1Channel.Value, logger: Logger) async {
        await base.handle(value: value, logger: logger)
    }
}

/// Closes a connection whose TLS fails: there is nothing to say to who does not speak it, and no HTTP answer in clear.
private final class HandshakeGuard: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let logger: Logger

    init(logger: Logger) {
        self.logger = logger
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard error is NIOSSLError || error is BoringSSLError else { return context.fireErrorCaught(error) }
        logger.debug("a connection's TLS failed", metadata: ["error": "\(error)"])
        context.close(promise: nil)
    }
}

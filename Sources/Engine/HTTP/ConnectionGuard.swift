import HTTPTypes
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// Holds one connection to its limits and answers what is no proper request, in the same words as the API.
///
/// After a refusal it closes its own side, reads on for a moment and drops what comes, and only then closes the connection: a
/// close with unread bytes would reset it, and the sender might never see why.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let limits: Limits
    private let logger: Logger
    private var state: GuardState
    private let count: ConnectionCount
    private var place: ConnectionCount.Place?
    private var deadline: Scheduled<Void>?
    /// For the next head, however its bytes trickle in.
    private var headDeadline: Scheduled<Void>?
    private var surplusEnd: Scheduled<Void>?
    private var linger: Linger?

    /// The time after a refusal.
    private struct Linger {
        var bytes: Int
        var end: Scheduled<Void>
        /// Of those who asked to close meanwhile.
        var closed: [EventLoopPromise<Void>] = []
    }

    init(limits: Limits, count: ConnectionCount, logger: Logger) {
        self.limits = limits
        self.count = count
        self.logger = logger
        self.state = GuardState(bodyLimit: limits.body)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let place = count.enter()
        self.place = place
        watchHead(context)
        guard place != .welcome else { return }
        state.isSurplus = true
        surplusEnd = context.eventLoop.assumeIsolated().scheduleTask(in: limits.surplusTime) { context.close(promise: nil) }
    }

    func channelActive(context: ChannelHandlerContext) {
        context.fireChannelActive()
        if place == .tooMany { context.close(promise: nil) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        switch part {
        case .head(let head):
            headDeadline?.cancel()
            let length = head.headerFields[.contentLength].flatMap { Int($0) }
            perform(
                state.head(
                    length: length, expectation: head.headerFields[.expect], asksForHealth: head.asksForHealth), data, context)
            if state.received != nil { watchBody(context) }
        case .body(let bytes):
            linger?.bytes -= bytes.readableBytes
            perform(state.body(count: bytes.readableBytes), data, context)
        case .end:
            deadline?.cancel()
            perform(state.end(), data, context)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        guard let linger else { return context.fireChannelReadComplete() }
        linger.bytes > 0 ? context.read() : finish(context)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if error is IOError || error is ChannelError { return context.fireErrorCaught(error) }
        perform(state.unreadable(error), nil, context)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if linger != nil, case ChannelEvent.inputClosed = event { return finish(context) }
        context.fireUserInboundEventTriggered(event)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard state.answers() == .pass else {
            promise?.fail(ConnectionRefused())
            return
        }
        context.write(data, promise: promise)
        guard case .end = unwrapOutboundIn(data) else { return }
        perform(state.answered(), nil, context)
        if state.isQuiet { watchHead(context) }
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard linger != nil else { return context.close(mode: mode, promise: promise) }
        guard mode == .all else {
            promise?.succeed()
            return
        }
        if let promise { linger?.closed.append(promise) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        deadline?.cancel()
        headDeadline?.cancel()
        surplusEnd?.cancel()
        if place != nil { count.leave() }
        place = nil
        finish(context)
    }

    private func perform(_ action: GuardState.Action, _ data: NIOAny?, _ context: ChannelHandlerContext) {
        switch action {
        case .pass:
            if let data { context.fireChannelRead(data) }
        case .passAndContinue:
            context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
            if let data { context.fireChannelRead(data) }
        case .drop:
            break
        case .refuse(let refusal):
            answer(refusal, context)
            startLinger(context)
        case .close:
            context.flush()
            startLinger(context)
        }
    }

    private func answer(_ refusal: Refusal, _ context: ChannelHandlerContext) {
        let id = RequestIdentifier.fresh()
        logger.debug("request refused", metadata: ["request": "\(id)", "reason": "\(refusal)"])
        var answer = refusal.problem.answer(requestID: id)
        answer.sign(id)
        answer.headers[.connection] = "close"
        context.write(wrapOutboundOut(.head(answer.head)), promise: nil)
        context.write(wrapOutboundOut(.body(ByteBuffer(bytes: answer.body))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    private func watchBody(_ context: ChannelHandlerContext) {
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: limits.bodyTime) {
            self.perform(self.state.late(), nil, context)
        }
    }

    private func watchHead(_ context: ChannelHandlerContext) {
        headDeadline?.cancel()
        headDeadline = context.eventLoop.assumeIsolated().scheduleTask(in: limits.idleTime) {
            if self.state.isQuiet { context.close(promise: nil) }
        }
    }

    private func startLinger(_ context: ChannelHandlerContext) {
        deadline?.cancel()
        let end = context.eventLoop.assumeIsolated().scheduleTask(in: limits.lingerTime) { self.finish(context) }
        linger = Linger(bytes: limits.lingerBytes, end: end)
        context.close(mode: .output, promise: nil)
        context.fireErrorCaught(ConnectionRefused())
        context.read()
    }

    private func finish(_ context: ChannelHandlerContext) {
        guard let linger else { return }
        self.linger = nil
        linger.end.cancel()
        context.close(promise: nil)
        for promise in linger.closed { promise.succeed() }
    }
}

extension HTTPRequest {
    fileprivate var asksForHealth: Bool {
        (method == .get || method == .head) && path?.split(separator: "?").first == "/healthz"
    }
}

/// What the API's side of a refused connection sees.
struct ConnectionRefused: Error {}

internal import Synchronization

/// HTTP/1.1 over TCP, TLS and unix sockets, by libcurl.
///
/// Each client has one thread, which carries all its exchanges and keeps connections for further use. An exchange is a `Transfer`,
/// shared by the task that wants it and that thread; what passes between them is bounded both ways (`Inbox`, `Outbox`).
///
/// * Any status is a response; redirects are not followed, proxies of the environment not used, servers always verified.
/// * An exchange ends with the response's last byte, when its task is cancelled, when its body is dropped, when a time or a size
///   is exceeded, or at `shutdown()`. Whatever ends it early closes its connection.
/// * A request that broke on a connection used before is repeated once by libcurl where that can't do harm (a GET, say); a POST
///   is never repeated: it fails with `.interrupted`.
public final class HTTPClient: Sendable {
    private let loop: Loop
    private let lastID = Atomic<UInt64>(0)

    /// - Parameters:
    ///   - addressPolicy: which addresses may be connected to.
    ///   - connectionLimit: the most connections at a time; further exchanges wait for one, on their `connect` clock.
    public init(addressPolicy: AddressPolicy = .any, connectionLimit: Int = 512) {
        loop = Loop(addressPolicy: addressPolicy, connectionLimit: connectionLimit)
    }

    deinit { loop.stop() }

    /// The whole response.
    public func send(_ request: Request) async throws(CurlError) -> Response {
        let streamed = try await stream(request)
        return Response(status: streamed.status, headers: streamed.headers, body: try await streamed.body.collect())
    }

    /// The response as soon as its head is there; its body comes as it is read.
    public func stream(_ request: Request) async throws(CurlError) -> StreamedResponse {
        try request.check()
        if Task.isCancelled { throw .cancelled }
        let transfer = Transfer(request, id: lastID.add(1, ordering: .relaxed).newValue, loop: loop)
        let reader = ResponseBody.Reader(transfer, of: self)
        guard loop.post(.start(transfer)) else { throw .shutDown }
        transfer.pumpBody()
        let head = try await transfer.head()
        return StreamedResponse(status: head.status, headers: head.headers, body: ResponseBody(reader: reader))
    }

    /// Ends all exchanges with `.shutDown`; later ones fail alike. Returns at once.
    public func shutdown() {
        loop.stop()
    }
}

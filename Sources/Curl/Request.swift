/// One HTTP/1.1 request.
public struct Request: Sendable {
    public var method: String
    public var endpoint: Endpoint
    /// Path and query as they go on the wire: starts with `/`, already percent-encoded (see `Request.path`).
    public var path: String
    /// Sent in this order. The client itself sends `Host`, `Content-Length` and `Transfer-Encoding`.
    public var headers: [(String, String)]
    public var body: Body
    public var timeouts: Timeouts
    /// The most bytes of body that are accepted; more ends the exchange with `.tooLarge`. `Int.max`: any number.
    public var responseLimit: Int

    public init(
        _ method: String = "GET", _ endpoint: Endpoint, _ path: String, headers: [(String, String)] = [],
        body: Body = .none, timeouts: Timeouts = Timeouts(), responseLimit: Int = 8 << 20
    ) {
        self.method = method
        self.endpoint = endpoint
        self.path = path
        self.headers = headers
        self.body = body
        self.timeouts = timeouts
        self.responseLimit = responseLimit
    }
}

extension Request {
    /// Whether doing it twice does it once (RFC 9110, 9.2.2).
    var isIdempotent: Bool {
        ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"].contains(method)
    }

    var url: String {
        switch endpoint {
        case .unix: "http://localhost\(path)"
        case .tcp: "\(endpoint)\(path)"
        }
    }
}

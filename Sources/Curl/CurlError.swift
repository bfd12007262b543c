/// Why an exchange brought no (whole) response.
public struct CurlError: Error, Sendable, Hashable {
    public enum Code: Sendable, Hashable {
        /// Nothing was sent: the client's own check says why.
        case invalidRequest
        /// No connection: nobody listens there, or there is no way to it.
        case refused
        /// The name has no address.
        case unresolved
        /// The policy admits none of the endpoint's addresses.
        case addressNotAllowed(address: String)
        /// The two sides do not trust one another, or do not speak TLS.
        case tls
        case timeout(Phase)
        /// The response exceeds a limit, in bytes.
        case tooLarge(limit: Int)
        /// The connection broke. The request may have been acted upon.
        case interrupted
        /// What came is not HTTP.
        case `protocol`
        /// The stream that makes the request's body failed, or has not the announced length.
        case bodyFailed
        case cancelled
        /// The client was shut down.
        case shutDown
    }

    /// What was going on when the time was up.
    public enum Phase: Sendable, Hashable {
        /// Not yet connected: the request was certainly not sent.
        case connect
        /// The peer was silent too long.
        case idle
        /// The exchange was under way.
        case total
    }

    public var code: Code
    /// For people. Holds neither header values nor bodies nor keys.
    public var message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}

extension CurlError: CustomStringConvertible {
    public var description: String { message }
}

extension CurlError.Phase {
    var words: String {
        switch self {
        case .connect: "no connection within the time for it"
        case .idle: "silent for too long"
        case .total: "not done within the time for it"
        }
    }
}

extension CurlError {
    static let cancelled = CurlError(.cancelled, "the exchange was cancelled")
    static let shutDown = CurlError(.shutDown, "the HTTP client was shut down")
}

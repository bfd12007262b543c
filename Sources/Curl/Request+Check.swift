extension Request {
    private static let headerBytesLimit = 64 << 10
    private static let pathBytesLimit = 64 << 10
    /// What `sun_path` holds beside its final zero.
    private static let socketPathLimit = 107
    /// They frame the message: whoever could set them could smuggle a second request.
    private static let ownHeaders = ["Content-Length", "Transfer-Encoding", "Connection", "Upgrade", "Expect", "TE", "Trailer"]

    /// Refuses everything that could mean something else on the wire than it does here.
    func check() throws(CurlError) {
        guard ASCII.isToken(method) else { throw invalid("the method \(method.debugDescription) is no token") }
        guard method != "CONNECT" else { throw invalid("CONNECT is not offered") }
        try checkEndpoint()
        try checkPath()
        try checkHeaders()
        guard responseLimit >= 0 else { throw invalid("responseLimit is negative") }
        if case .streamed(let stream) = body, let length = stream.length, length < 0 {
            throw invalid("the body's length is negative")
        }
    }

    private func checkEndpoint() throws(CurlError) {
        switch endpoint {
        case .unix(let path):
            guard path.hasPrefix("/"), path.utf8.count <= Self.socketPathLimit, !path.utf8.contains(0) else {
                throw invalid("a unix socket needs an absolute path of at most \(Self.socketPathLimit) bytes")
            }
        case .tcp(let host, let port, let tls):
            guard !host.isEmpty, host.utf8.count <= 253, host.utf8.allSatisfy(Self.isHostByte) else {
                throw invalid("\(host.debugDescription) is no host name")
            }
            guard (1...65535).contains(port) else { throw invalid("\(port) is no port") }
            guard (tls?.certificate == nil) == (tls?.key == nil) else {
                throw invalid("a client certificate and its key come together")
            }
        }
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        ASCII.isLetterOrDigit(byte) || ASCII.isOne(byte, of: "-._:")
    }

    private func checkPath() throws(CurlError) {
        guard path.hasPrefix("/"), path.utf8.count <= Self.pathBytesLimit else {
            throw invalid("a path starts with / and has at most \(Self.pathBytesLimit) bytes")
        }
        guard path.utf8.allSatisfy({ ASCII.isVisible($0) && $0 != UInt8(ascii: "#") }) else {
            throw invalid("the path holds a character that must be percent-encoded")
        }
    }

    private func checkHeaders() throws(CurlError) {
        for (name, value) in headers {
            guard ASCII.isToken(name) else { throw invalid("the header name \(name.debugDescription) is no token") }
            guard ASCII.isFieldValue(value) else { throw invalid("the value of header \(name) holds a control character") }
            guard !Self.ownHeaders.contains(where: { Headers.same($0, name) }) else {
                throw invalid("header \(name) is the client's own business")
            }
        }
        guard headers.reduce(0, { $0 + $1.0.utf8.count + $1.1.utf8.count + 4 }) <= Self.headerBytesLimit else {
            throw invalid("the headers exceed \(Self.headerBytesLimit) bytes")
        }
    }

    private func invalid(_ reason: String) -> CurlError {
        CurlError(.invalidRequest, reason)
    }
}

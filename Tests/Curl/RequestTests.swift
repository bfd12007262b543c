import Testing

@testable import Curl

/// What is refused before anything is sent.
@Suite struct RequestTests {
    private static let endpoint = Endpoint.tcp(host: "example", port: 80, tls: nil)

    private func code(_ request: Request) -> CurlError.Code? {
        do throws(CurlError) {
            try request.check()
            return nil
        } catch {
            return error.code
        }
    }

    @Test(arguments: ["/", "/a/b?x=%20&y=[1]", "/a/../b", "/v1.41/containers/json?filters=%7B%7D"])
    func goodPaths(path: String) {
        #expect(code(Request("GET", Self.endpoint, path)) == nil)
    }

    @Test(arguments: ["", "a", "/ ", "/a\r\nX: y", "/a\nb", "/a b", "/\t", "/é", "/\u{0}", "/a#b", "http://x/", "/\u{7f}"])
    func badPaths(path: String) {
        #expect(code(Request("GET", Self.endpoint, path)) == .invalidRequest)
    }

    @Test func aPathTooLong() {
        #expect(code(Request("GET", Self.endpoint, "/" + String(repeating: "a", count: 70_000))) == .invalidRequest)
    }

    @Test(arguments: [
        ("X", "a\r\nY: b"), ("X", "a\nb"), ("X", "a\rb"), ("X", "a\u{0}"), ("X", "\u{7f}"), ("X Y", "a"), ("", "a"), ("X:", "a"),
        ("X\r\nY", "a"), ("é", "a"), ("content-length", "5"), ("Transfer-Encoding", "chunked"), ("connection", "close"),
        ("UPGRADE", "h2c"),
    ])
    func badHeaders(name: String, value: String) {
        #expect(code(Request("GET", Self.endpoint, "/", headers: [(name, value)])) == .invalidRequest)
    }

    @Test func tooManyHeaders() {
        let headers = (0..<1000).map { ("X-\($0)", String(repeating: "v", count: 100)) }
        #expect(code(Request("GET", Self.endpoint, "/", headers: headers)) == .invalidRequest)
    }

    @Test(arguments: ["", "GE T", "GET\r\n", "GÉT", "CONNECT"])
    func badMethods(method: String) {
        #expect(code(Request(method, Self.endpoint, "/")) == .invalidRequest)
    }

    @Test(arguments: [
        Endpoint.tcp(host: "", port: 80, tls: nil), .tcp(host: "a b", port: 80, tls: nil),
        .tcp(host: "user@host", port: 80, tls: nil),
        .tcp(host: "host/path", port: 80, tls: nil), .tcp(host: "host", port: 0, tls: nil),
        .tcp(host: "host", port: 65536, tls: nil),
        .tcp(host: "[::1]", port: 80, tls: nil), .tcp(host: "a\r\nb", port: 80, tls: nil), .unix("relative"), .unix(""),
        .unix("/" + String(repeating: "a", count: 107)), .unix("/a\u{0}b"),
    ])
    func badEndpoints(endpoint: Endpoint) {
        #expect(code(Request("GET", endpoint, "/")) == .invalidRequest)
    }

    @Test func paths() {
        #expect(Request.path() == "/")
        #expect(Request.path("containers", "a/b c", "é") == "/containers/a%2Fb%20c/%C3%A9")
        #expect(Request.path("a", query: [("k&", "v=\r\n"), ("x", "~._-")]) == "/a?k%26=v%3D%0D%0A&x=~._-")
    }

    @Test func urls() {
        #expect(Request("GET", .unix("/run/docker.sock"), "/a?b").url == "http://localhost/a?b")
        #expect(Request("GET", .tcp(host: "::1", port: 1, tls: .init()), "/").url == "https://[::1]:1/")
    }
}

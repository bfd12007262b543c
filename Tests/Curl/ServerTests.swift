import Testing

@testable import Curl

/// Against a real HTTP server, over TCP and over a unix socket.
@Suite(.timeLimit(.minutes(2))) struct ServerTests {
    private let client = HTTPClient()

    @Test(arguments: Server.Address.allCases)
    func wholeResponses(address: Server.Address) async throws {
        let server = try await Server(address)
        let hello = try await client.send(Request("GET", server.endpoint, "/hello"))
        #expect(hello.status == 200)
        #expect(hello.text == "hello")
        #expect(hello.headers["content-LENGTH"] == "5")
        #expect(try await client.send(Request("GET", server.endpoint, "/unknown")).status == 404)
        let head = try await client.send(Request("HEAD", server.endpoint, "/hello"))
        #expect(head.body.isEmpty)
        #expect(head.headers["Content-Length"] == "5")
        #expect(try await client.send(Request("DELETE", server.endpoint, "/nothing")).status == 204)
        await server.stop()
    }

    @Test func redirectsAreResponses() async throws {
        let server = try await Server()
        let response = try await client.send(Request("GET", server.endpoint, "/redirect"))
        #expect(response.status == 302)
        #expect(response.headers["Location"] == "/hello")
        await server.stop()
    }

    @Test(arguments: ["POST", "PUT", "PATCH", "DELETE"], [0, 1, 100_000, 3_000_000])
    func bodies(method: String, size: Int) async throws {
        let server = try await Server()
        let body = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let response = try await client.send(Request(method, server.endpoint, "/echo", body: .bytes(body)))
        #expect(response.headers["X-Method"] == method)
        #expect(response.headers["X-Framing"] == "\(size)")
        #expect(response.body == body)
        await server.stop()
    }

    @Test func noBody() async throws {
        let server = try await Server()
        #expect(try await client.send(Request("POST", server.endpoint, "/echo")).headers["X-Framing"] == "0")
        #expect(try await client.send(Request("GET", server.endpoint, "/echo")).headers["X-Framing"] == "none")
        await server.stop()
    }

    @Test(arguments: [true, false], Server.Address.allCases)
    func streamedBodies(announced: Bool, address: Server.Address) async throws {
        let server = try await Server(address)
        let chunks = (0..<200).map { [UInt8](repeating: UInt8($0), count: 10_000) }
        let stream = AsyncStream { continuation in
            for chunk in chunks { continuation.yield(chunk) }
            continuation.finish()
        }
        let body = Body.stream(stream, length: announced ? 2_000_000 : nil)
        let response = try await client.send(Request("PUT", server.endpoint, "/echo", body: body))
        #expect(response.headers["X-Framing"] == (announced ? "2000000" : "chunked"))
        #expect(response.body == chunks.flatMap { $0 })
        await server.stop()
    }

    @Test func headersArriveAsGiven() async throws {
        let server = try await Server()
        let headers = [
            ("X-One", "1"), ("X-Empty", ""), ("X-Text", "grüße, \"quoted\"\there"), ("Content-Type", "application/x-tar"),
        ]
        let response = try await client.send(Request("POST", server.endpoint, "/headers", headers: headers))
        let lines = response.text.split(separator: "\n").map(String.init)
        #expect(lines.contains("X-One: 1"))
        #expect(lines.contains { $0.hasPrefix("X-Empty:") })
        #expect(lines.contains("Content-Type: application/x-tar"))
        #expect(!lines.contains { $0.hasPrefix("Expect:") })
        #expect(lines.contains { $0.hasPrefix("User-Agent: continuo") })
        await server.stop()
    }

    @Test func pathsArriveAsGiven() async throws {
        let server = try await Server()
        let path = Request.path("echo", query: [("filters", "{\"a\":[\"b c\"]}"), ("x", "/../?&=")])
        let response = try await client.send(Request("GET", server.endpoint, path))
        #expect(response.headers["X-Path"] == path)
        #expect(try await client.send(Request("GET", server.endpoint, "/a/../hello")).status == 404)
        await server.stop()
    }

    @Test(arguments: Server.Address.allCases)
    func connectionsAreKept(address: Server.Address) async throws {
        let server = try await Server(address)
        var connections: Set<String> = []
        for _ in 0..<5 {
            let response = try await client.send(Request("POST", server.endpoint, "/echo", body: .bytes([1, 2, 3])))
            connections.insert(response.headers["X-Connection"] ?? "none")
        }
        #expect(connections == ["1"])
        await server.stop()
    }

    @Test func streamedResponse() async throws {
        let server = try await Server()
        let request = Request("GET", server.endpoint, "/chunks?size=50000&count=400", responseLimit: .max)
        let response = try await client.stream(request)
        #expect(response.status == 200)
        var sum = 0
        for try await chunk in response.body {
            #expect(!chunk.isEmpty && chunk.allSatisfy { $0 == UInt8(ascii: "x") })
            sum += chunk.count
        }
        #expect(sum == 20_000_000)
        await server.stop()
    }

    @Test func hundredStreamsAtOnce() async throws {
        let server = try await Server()
        let request = Request(
            "GET", server.endpoint, "/chunks?size=2000&count=100", timeouts: Timeouts(connect: .seconds(60), total: nil))
        let responses = try await withThrowingTaskGroup { group in
            for _ in 0..<100 { group.addTask { try await client.stream(request) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        // All are open; now each is read.
        let sums = try await withThrowingTaskGroup { group in
            for response in responses { group.addTask { try await response.body.collect().count } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(sums == Array(repeating: 200_000, count: 100))
        await server.stop()
    }

    @Test func serverComesBack() async throws {
        let server = try await Server(.unix)
        guard case .unix(let path) = server.endpoint else { return }
        let request = Request("GET", server.endpoint, "/hello")
        #expect(try await client.send(request).status == 200)
        await server.stop(keepsPath: true)
        #expect(await failure { try await client.send(request) } == .refused)
        await server.stop()
        #expect(await failure { try await client.send(request) } == .refused)
        let next = try await Server(.unix, unixPath: path)
        #expect(try await client.send(request).status == 200)
        await next.stop()
    }

    private func failure<Value>(_ body: () async throws -> Value) async -> CurlError.Code? {
        await CurlTests.failure(of: body)
    }
}

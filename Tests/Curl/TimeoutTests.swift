import Testing

@testable import Curl

@Suite(.timeLimit(.minutes(2))) struct TimeoutTests {
    private let client = HTTPClient()

    /// A peer that takes everything and never says a word.
    private func silent() throws -> Peer {
        try Peer { connection, _ in connection.readToEnd() }
    }

    @Test func connecting() async throws {
        let peer = try silent()
        // TCP connects, but the handshake never comes about.
        let endpoint = Endpoint.tcp(host: "127.0.0.1", port: peer.port, tls: .init())
        let request = Request("GET", endpoint, "/", timeouts: Timeouts(connect: .milliseconds(100), total: nil))
        #expect(await failure(of: { try await client.send(request) }) == .timeout(.connect))
        peer.close()
    }

    @Test(arguments: [
        (Timeouts(total: .milliseconds(100)), CurlError.Phase.total),
        (Timeouts(total: nil, idle: .milliseconds(100)), CurlError.Phase.idle),
    ])
    func waitingForTheHead(timeouts: Timeouts, phase: CurlError.Phase) async throws {
        let peer = try silent()
        let request = Request("GET", peer.endpoint, "/", timeouts: timeouts)
        #expect(await failure(of: { try await client.send(request) }) == .timeout(phase))
        peer.close()
    }

    @Test func halfOpenInTheBody() async throws {
        let peer = try Peer { connection, _ in
            _ = connection.readHead()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome")
            connection.readToEnd()
        }
        let request = Request("GET", peer.endpoint, "/", timeouts: Timeouts(total: nil, idle: .seconds(2)))
        let response = try await client.stream(request)
        #expect(await failure(of: { try await response.body.collect() }) == .timeout(.idle))
        peer.close()
    }

    /// A body that drips is never idle: the total time ends it.
    @Test func dripping() async throws {
        let client = HTTPClient()
        let peer = try Peer { connection, _ in
            _ = connection.readHead()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
            while connection.write("x") { _ = connection.writeUntilStalled([], atMost: 0, patience: .zero) }
        }
        let request = Request("GET", peer.endpoint, "/", timeouts: Timeouts(total: .milliseconds(300), idle: .seconds(30)))
        let code = await failure(of: { try await client.send(request) })
        // A fast peer may send the whole million first: then the rest is too much of a good thing, not a failure of the clock.
        #expect(code == .timeout(.total) || code == nil)
        peer.close()
    }

    /// The other exchange's silence is the clock here: it ends after twice the idle time of the one that nobody reads.
    @Test func unreadIsNotIdle() async throws {
        let size = 16 << 20
        let peer = try Peer { connection, _ in
            _ = connection.readHead()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n")
            connection.write([UInt8](repeating: 7, count: size))
        }
        let clock = try silent()
        let request = Request(
            "GET", peer.endpoint, "/", timeouts: Timeouts(total: nil, idle: .seconds(2)), responseLimit: size)
        let response = try await client.stream(request)
        let waiting = Request("GET", clock.endpoint, "/", timeouts: Timeouts(total: nil, idle: .seconds(4)))
        #expect(await failure(of: { try await client.send(waiting) }) == .timeout(.idle))
        #expect(try await response.body.collect().count == size)
        peer.close()
        clock.close()
    }

    @Test func waitingForAConnection() async throws {
        let client = HTTPClient(connectionLimit: 1)
        let peer = try Peer { connection, _ in
            _ = connection.readHead()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
            connection.readToEnd()
        }
        let first = try await client.stream(Request("GET", peer.endpoint, "/", timeouts: Timeouts(total: nil)))
        let second = Request("GET", peer.endpoint, "/", timeouts: Timeouts(connect: .milliseconds(200), total: nil))
        #expect(await failure(of: { try await client.send(second) }) == .timeout(.connect))
        #expect(first.status == 200)
        withExtendedLifetime(first) { peer.close() }
    }

    @Test(arguments: [
        (Duration.zero, 1), (.nanoseconds(1), 1), (.milliseconds(250), 250), (.seconds(3), 3000), (.microseconds(1500), 2),
    ])
    func milliseconds(duration: Duration, expected: Int) {
        #expect(duration.wholeMilliseconds == expected)
    }
}

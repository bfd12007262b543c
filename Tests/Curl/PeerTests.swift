import Testing

@testable import Curl

/// Peers that misbehave.
@Suite(.timeLimit(.minutes(2))) struct PeerTests {
    private let client = HTTPClient()

    @Test(arguments: [
        "220 smtp.example ESMTP\r\n\r\n", "\u{0}\u{1}\u{2}\u{3}\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nno colon here\r\n\r\nx", "HTTP/7.0 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ])
    func garbage(answer: String) async throws {
        let peer = try Peer { connection, _ in
            _ = connection.readHead()
            connection.write(answer)
            connection.readToEnd()
        }
        #expect(await failure { try await client.send(Request("GET", peer.endpoint, "/")) } == .protocol)
        peer.close()
    }

    @Test func endWithoutAnswer() async throws {
        let requests = Tally()
        let peer = try Peer { connection, _ in
            _ = connection.readHead()
            requests.add()
        }
        #expect(await failure { try await client.send(Request("GET", peer.endpoint, "/")) } == .interrupted)
        #expect(requests.value == 1)
        peer.close()
    }

    @Test(arguments: ["Content-Length: 100\r\n\r\nsome", "Transfer-Encoding: chunked\r\n\r\n4\r\nsome\r\n"])
    func cutInTheBody(answer: String) async throws {
        let peer = try Peer { connection, _ in
            _ = connection.readHead()
            connection.write("HTTP/1.1 200 OK\r\n\(answer)")
        }
        let response = try await client.stream(Request("GET", peer.endpoint, "/"))
        var received: [UInt8] = []
        let code = await failure { for try await chunk in response.body { received += chunk } }
        #expect(code == .interrupted)
        #expect(received == Array("some".utf8))
        peer.close()
    }

    @Test(arguments: ["Content-Length: 1001", "Transfer-Encoding: chunked"])
    func tooLargeBody(framing: String) async throws {
        let peer = try Peer { connection, _ in
            _ = connection.readHead()
            connection.write("HTTP/1.1 200 OK\r\n\(framing)\r\n\r\n")
            while connection.write("64\r\n\(String(repeating: "x", count: 100))\r\n") {}
        }
        let request = Request("GET", peer.endpoint, "/", responseLimit: 1000)
        #expect(await failure { try await client.send(request) } == .tooLarge(limit: 1000))
        peer.close()
    }

    @Test func bodyOfExactlyTheLimit() async throws {
        let peer = try Peer { connection, _ in
            _ = connection.readHead()
            connection.answer(String(repeating: "x", count: 1000))
        }
        #expect(try await client.send(Request("GET", peer.endpoint, "/", responseLimit: 1000)).body.count == 1000)
        peer.close()
    }

    @Test(arguments: ["X-Field: some more of it\r\n", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"])
    func endlessHeaders(line: String) async throws {
        let peer = try Peer { connection, _ in
            _ = connection.readHead()
            connection.write(line.hasPrefix("HTTP") ? "HTTP/1.1 100 Continue\r\n\r\n" : "HTTP/1.1 200 OK\r\n")
            let endless = line.hasPrefix("HTTP") ? "HTTP/1.1 100 Continue\r\n\r\n" : line
            while connection.write(endless) {}
        }
        #expect(await failure { try await client.send(Request("GET", peer.endpoint, "/")) } == .tooLarge(limit: HeadReader.limit))
        peer.close()
    }

    @Test func interimResponsesAreSkipped() async throws {
        let peer = try Peer { connection, _ in
            _ = connection.readHead()
            connection.write("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n")
            connection.answer("fine", status: "418 Teapot", headers: "X-Twice: 1\r\nx-twice: 2\r\n")
        }
        let response = try await client.send(Request("GET", peer.endpoint, "/"))
        #expect(response.status == 418)
        #expect(response.headers["Link"] == nil)
        #expect(response.headers.values(of: "X-TWICE") == ["1", "2"])
        #expect(response.text == "fine")
        peer.close()
    }

    @Test func namesOfNobody() async throws {
        let nowhere = Endpoint.tcp(host: "nowhere.invalid", port: 80, tls: nil)
        #expect(await failure { try await client.send(Request("GET", nowhere, "/")) } == .unresolved)
        let peer = try Peer { _, _ in }
        let endpoint = peer.endpoint
        peer.close()
        // The port may be another's by now, but that of a closed listener is refused while it is nobody's.
        let port1 = Endpoint.tcp(host: "127.0.0.1", port: 1, tls: nil)
        #expect(await failure { try await client.send(Request("GET", port1, "/")) } == .refused)
        _ = endpoint
        #expect(await failure { try await client.send(Request("GET", .unix("/nowhere/at.all"), "/")) } == .refused)
    }

    /// A kept connection on which the peer dies just when the next request comes.
    @Test(arguments: [("GET", 2), ("POST", 1)])
    func onlyHarmlessRequestsAreRepeated(method: String, copies: Int) async throws {
        let seconds = Tally()
        let peer = try Peer { connection, number in
            // The repetition may be given up after connecting: then no request comes.
            if !connection.readHead().isEmpty, number > 1 { seconds.add() }
            connection.answer("\(number)")
            guard number == 1 else { return }
            if !connection.readHead().isEmpty { seconds.add() }
        }
        #expect(try await client.send(Request("GET", peer.endpoint, "/")).text == "1")
        let again = Request(method, peer.endpoint, "/", body: method == "POST" ? .bytes([1]) : .none)
        if method == "GET" {
            #expect(try await client.send(again).text == "2")
        } else {
            #expect(await failure { try await client.send(again) } == .interrupted)
        }
        #expect(seconds.value == copies)
        peer.close()
    }

    private func failure<Value>(_ body: () async throws -> Value) async -> CurlError.Code? {
        await CurlTests.failure(of: body)
    }
}

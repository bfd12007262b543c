import Testing

@testable import Curl

@Suite(.timeLimit(.minutes(2))) struct AddressPolicyTests {
    /// A peer that counts who comes.
    private func peer(_ visitors: Tally) throws -> Peer {
        try Peer { connection, _ in
            visitors.add()
            _ = connection.readHead()
            connection.answer("in")
        }
    }

    @Test(arguments: ["127.0.0.1", "localhost"])
    func allowed(host: String) async throws {
        let visitors = Tally()
        let peer = try peer(visitors)
        let client = HTTPClient(addressPolicy: try AddressPolicy(networks: ["127.0.0.0/8"]))
        let endpoint = Endpoint.tcp(host: host, port: peer.port, tls: nil)
        #expect(try await client.send(Request("GET", endpoint, "/")).text == "in")
        peer.close()
    }

    @Test(arguments: ["127.0.0.1", "localhost", "2130706433", "0x7f.1"], [["10.0.0.0/8", "fd00::/8"], []])
    func refusedAfterResolving(host: String, networks: [String]) async throws {
        let visitors = Tally()
        let peer = try peer(visitors)
        let client = HTTPClient(addressPolicy: try AddressPolicy(networks: networks))
        let endpoint = Endpoint.tcp(host: host, port: peer.port, tls: nil)
        let code = await failure(of: { try await client.send(Request("GET", endpoint, "/")) })
        #expect(code == .addressNotAllowed(address: "127.0.0.1") || code == .addressNotAllowed(address: "::1"))
        #expect(visitors.value == 0)
        peer.close()
    }

    /// One of the name's addresses is allowed, but nobody listens there.
    @Test func onlyTheAllowedAddressIsTried() async throws {
        let visitors = Tally()
        let peer = try peer(visitors)
        let client = HTTPClient(addressPolicy: try AddressPolicy(networks: ["::1"]))
        let endpoint = Endpoint.tcp(host: "localhost", port: peer.port, tls: nil)
        let code = await failure(of: { try await client.send(Request("GET", endpoint, "/")) })
        #expect(code == .refused || code == .addressNotAllowed(address: "127.0.0.1"))
        #expect(visitors.value == 0)
        peer.close()
    }

    @Test func unixSockets() async throws {
        let server = try await Server(.unix)
        guard case .unix(let path) = server.endpoint else { return }
        let request = Request("GET", server.endpoint, "/hello")
        let allowing = HTTPClient(addressPolicy: try AddressPolicy(sockets: [path]))
        #expect(try await allowing.send(request).text == "hello")
        for sockets in [[], [path + "x"], ["/"]] {
            let client = HTTPClient(addressPolicy: try AddressPolicy(sockets: sockets, networks: ["0.0.0.0/0"]))
            #expect(await failure(of: { try await client.send(request) }) == .addressNotAllowed(address: path))
        }
        await server.stop()
    }

    @Test func networksDoNotAllowSocketsNorTheReverse() throws {
        let policy = try AddressPolicy(sockets: ["/a"], networks: ["10.0.0.0/8"])
        #expect(policy.allows(.unix("/a")))
        #expect(!policy.allows(.unix("/a/../b")))
        #expect(policy.allows(.ip(try #require(IPAddress("10.1.1.1")))))
        #expect(!policy.allows(.ip(try #require(IPAddress("::1")))))
        #expect(!policy.allows(.unknown(family: 40)))
        #expect(AddressPolicy.any.allows(.unix("/b")))
    }
}

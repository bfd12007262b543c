import Testing

@testable import Curl

@Suite struct NetworkTests {
    @Test(arguments: [
        ("10.0.0.0/8", "10.255.1.2", true), ("10.0.0.0/8", "11.0.0.1", false), ("127.0.0.1", "127.0.0.1", true),
        ("127.0.0.1", "127.0.0.2", false), ("192.168.4.0/22", "192.168.7.255", true), ("192.168.4.0/22", "192.168.8.0", false),
        ("0.0.0.0/0", "8.8.8.8", true), ("0.0.0.0/0", "::1", false), ("fd00::/8", "fdff::1", true),
        ("fd00::/8", "fe80::1", false),
        ("::1/128", "::1", true), ("10.0.0.0/8", "::ffff:10.1.2.3", true), ("::/0", "::ffff:10.1.2.3", false),
    ])
    func contains(network: String, address: String, isInside: Bool) throws {
        let network = try #require(Network(network))
        #expect(try network.contains(#require(IPAddress(address))) == isInside)
    }

    @Test(arguments: [
        "", "10.0.0.0/33", "10.0.0/8", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8/8", "10.0.0.0/", "::/129", "localhost", "/8",
    ])
    func refuses(text: String) {
        #expect(Network(text) == nil)
        #expect(throws: CurlError.self) { try AddressPolicy(networks: [text]) }
    }
}

import Foundation
import RabbitMQ
import Testing

extension BrokerTroubleTests {
    @Test("TLS: both sides show certificates; whoever shows a wrong one, or none, is refused")
    func encryption() async throws {
        try await Authority.temporary { authority in
            try await PrivateBroker.temporary { server, broker in
                let own = try await authority.issue("localhost")
                try await server.listenEncrypted(authority: authority.certificate, certificate: own.certificate, key: own.key)
                try await VirtualHost.temporary(on: broker) { host in
                    let client = try await authority.issue("client")
                    let identity = "certfile=\(client.certificate)&keyfile=\(client.key)"
                    let trust = "cacertfile=\(authority.certificate)"
                    let door = "amqps://guest:guest@localhost:\(server.encryptedPort)/\(host.name)"
                    try await exchange(Bench(host), at: "\(door)?\(trust)&\(identity)")
                    #expect(try await firstError("\(door)?\(trust)").code == .tls)
                    #expect(try await firstError("\(door)?\(identity)").code == .tls)
                    #expect(try await firstError("\(door)?cacertfile=/missing.pem&\(identity)").message.contains("/missing.pem"))
                    #expect(try await firstError("\(door)?\(trust)&certfile=/missing.pem&keyfile=\(client.key)").code == .tls)
                    let other = door.replacing("localhost", with: "127.0.0.1")
                    #expect(try await firstError("\(other)?\(trust)&\(identity)").message.contains("hostname"))
                    let plain = "amqps://localhost:\(broker.url.port ?? 0)"
                    #expect(try await firstError("\(plain)?\(trust)&\(identity)").code == .tls)
                    #expect(try await firstError("\(door)?\(trust)&\(identity)&auth_mechanism=external").code == .refused)
                }
            }
        }
    }

    /// Frames larger than a TLS record, both ways.
    private func exchange(_ bench: Bench, at url: String) async throws {
        let configuration = try BrokerConfiguration(url: url)
        let publisher = Publisher(configuration, topology: bench.topology, name: "publisher", logger: .quiet)
        let consumer = Consumer(
            configuration, topology: bench.topology, queue: Bench.queue, prefetch: 100, name: "consumer", logger: .quiet)
        var large = bench.message("")
        large.body = (0..<500_000).map { UInt8(truncatingIfNeeded: $0) }
        try await running(publisher, consumer) {
            #expect(
                await publisher.publish(Array(repeating: large, count: 20), timeout: .seconds(30)).allSatisfy { $0 == .confirmed }
            )
            let deliveries = await consumer.deliveries.take(20)
            #expect(deliveries.count == 20 && deliveries.allSatisfy { $0.body == large.body })
            await consumer.acknowledge(deliveries)
        }
    }

    private func firstError(_ url: String) async throws -> BrokerError {
        let publisher = Publisher(try BrokerConfiguration(url: url), topology: Topology(), name: "publisher", logger: .quiet)
        return try await running(publisher) { try #require(await publisher.states.firstError()) }
    }
}

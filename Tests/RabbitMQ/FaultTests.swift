import FaultProxy
import Foundation
import RabbitMQ
import Testing

/// A bad network between us and the broker.
@Suite("Faults", .timeLimit(.minutes(3)))
struct FaultTests {
    private func withProxy(_ body: (Bench, FaultProxy) async throws -> Void) async throws {
        try await VirtualHost.temporary { host in
            let proxy = try FaultProxy(upstreamHost: host.broker.url.host ?? "", upstreamPort: host.broker.url.port ?? 5672)
            defer { proxy.stop() }
            try await body(Bench(host), proxy)
        }
    }

    @Test(
        "Cut again and again in the middle of a batch: what is confirmed is there, what is unsent is not, nothing is sent twice")
    func cutInTheMiddle() async throws {
        try await withProxy { bench, proxy in
            let publisher = try bench.publisher(window: 50, port: proxy.port)
            let confirmations = try await running(publisher) {
                let cutter = Task {
                    var states = publisher.states.makeAsyncIterator()
                    var cuts = 0
                    while cuts < 5, let state = await states.next() {
                        guard state == .connected else { continue }
                        try? await Task.sleep(for: .milliseconds(30))
                        proxy.cutAll()
                        cuts += 1
                    }
                }
                defer { cutter.cancel() }
                return await publisher.publish(bench.messages(20_000), timeout: .seconds(40))
            }
            let consumer = try bench.consumer(prefetch: 1000)
            let expected = confirmations.indices.filter { confirmations[$0] == .confirmed }
            let last = try bench.publisher()
            try await running(last) { #expect(await last.publish([bench.message("last")]) == [.confirmed]) }
            let there = try await abandoning(consumer) { await takeUntilLast(consumer) }
            #expect(Set(expected).isSubset(of: there))
            #expect(there.count == Set(there).count)
            let known = Set(there)
            for (index, confirmation) in confirmations.enumerated() {
                if case .unsent = confirmation { #expect(!known.contains(index)) }
                if case .unknown(let error) = confirmation { #expect(error.code == .disconnected) }
            }
            #expect(confirmations.contains { if case .unknown = $0 { true } else { false } })
        }
    }

    /// The numbers in the queue, up to the text that was published last.
    private func takeUntilLast(_ consumer: Consumer) async -> [Int] {
        var texts: [String] = []
        while texts.last != "last" {
            let batch = await consumer.deliveries.nextBatch(upTo: 1000)
            texts += batch.map(\.text)
            await consumer.acknowledge(batch)
        }
        return texts.compactMap { Int($0) }
    }

    @Test("A silent broker is noticed by its missing heartbeats; what was under way is unknown")
    func stalled() async throws {
        try await withProxy { bench, proxy in
            let publisher = try bench.publisher(port: proxy.port, parameters: "heartbeat=1&connection_timeout=300")
            try await running(publisher) {
                #expect(await publisher.publish([bench.message("a")]) == [.confirmed])
                let states = publisher.states
                proxy.stall()
                async let lost = publisher.publish([bench.message("b")], timeout: .seconds(30))
                #expect(await states.firstError()?.code == .missedHeartbeats)
                guard case .unknown(let error) = await lost[0] else { return #expect(Bool(false)) }
                #expect(error.code == .missedHeartbeats)
                proxy.cutAll()
                proxy.resume()
                #expect(await publisher.publish([bench.message("c")], timeout: .seconds(30)) == [.confirmed])
            }
        }
    }

    @Test("An idle connection is kept alive by heartbeats")
    func idle() async throws {
        try await withProxy { bench, proxy in
            let publisher = try bench.publisher(port: proxy.port, parameters: "heartbeat=2")
            try await running(publisher) {
                await publisher.states.untilConnected()
                try await Task.sleep(for: .seconds(6))
                #expect(await publisher.publish([bench.message("a")]) == [.confirmed])
                #expect(proxy.accepted == 1)
            }
        }
    }

    @Test("A peer that accepts and says nothing is unreachable after the connection timeout")
    func mutePeer() async throws {
        try await withProxy { bench, proxy in
            proxy.stall()
            let publisher = try bench.publisher(port: proxy.port, parameters: "connection_timeout=200")
            try await running(publisher) {
                #expect(await publisher.states.firstError()?.code == .unreachable)
                guard case .unsent(let error) = await publisher.publish([bench.message("x")], timeout: .milliseconds(50))[0]
                else {
                    return #expect(Bool(false))
                }
                #expect(error.code == .unreachable)
            }
        }
    }

    @Test("A peer that reads nothing hangs nobody: calls answer in their time, and the connection is given up")
    func deafPeer() async throws {
        try await withProxy { bench, proxy in
            let publisher = try bench.publisher(port: proxy.port, parameters: "heartbeat=3")
            try await running(publisher) {
                #expect(await publisher.publish([bench.message("a")]) == [.confirmed])
                let states = publisher.states
                proxy.stall(.toServer)
                var large = bench.message("")
                large.body = [UInt8](repeating: 7, count: 100_000)
                let confirmations = await publisher.publish(Array(repeating: large, count: 400), timeout: .seconds(1))
                #expect(confirmations.count == 400)
                guard case .unknown = confirmations[0], case .unsent = confirmations[399] else { return #expect(Bool(false)) }
                // The broker misses our heartbeats and falls silent, or our own write is cut off: whichever comes first.
                let code = try #require(await states.firstError()?.code)
                #expect([.disconnected, .missedHeartbeats].contains(code))
                proxy.resume()
                #expect(await publisher.publish([bench.message("b")], timeout: .seconds(30)) == [.confirmed])
            }
        }
    }

    @Test("A message that hangs half-written is cut off, and was certainly not sent")
    func halfWritten() async throws {
        try await withProxy { bench, proxy in
            let publisher = Publisher(
                try bench.host.configuration(port: proxy.port, parameters: "heartbeat=600", maximumMessageSize: 128 << 20),
                topology: bench.topology, name: "publisher", logger: .quiet)
            try await running(publisher) {
                await publisher.states.untilConnected()
                proxy.stall(.toServer)
                var huge = bench.message("")
                huge.body = [UInt8](repeating: 7, count: 64 << 20)
                guard case .unsent(let error) = await publisher.publish([huge], timeout: .seconds(50))[0] else {
                    return #expect(Bool(false))
                }
                #expect(error.code == .disconnected)
            }
        }
    }

    @Test("While the broker refuses connections messages wait, and go out when it is back")
    func refusing() async throws {
        try await withProxy { bench, proxy in
            let (publisher, consumer) = (try bench.publisher(port: proxy.port), try bench.consumer(port: proxy.port))
            try await running(publisher, consumer) {
                await publisher.states.untilConnected()
                let states = publisher.states
                proxy.refuse(true)
                proxy.cutAll()
                _ = await states.firstError()
                guard case .unsent = await publisher.publish([bench.message("early")], timeout: .milliseconds(100))[0] else {
                    return #expect(Bool(false))
                }
                async let waiting = publisher.publish([bench.message("late")], timeout: .seconds(30))
                proxy.refuse(false)
                #expect(await waiting == [.confirmed])
                let delivery = await consumer.deliveries.take(1)
                #expect(delivery.map(\.text) == ["late"])
                await consumer.acknowledge(delivery)
            }
        }
    }

    @Test("A slow network delays, and loses nothing")
    func slow() async throws {
        try await withProxy { bench, proxy in
            let (publisher, consumer) = (try bench.publisher(port: proxy.port), try bench.consumer(port: proxy.port))
            try await running(publisher, consumer) {
                await publisher.states.untilConnected()
                await consumer.states.untilConnected()
                proxy.slow(.milliseconds(1))
                #expect(await publisher.publish(bench.messages(20), timeout: .seconds(30)).allSatisfy { $0 == .confirmed })
                let deliveries = await consumer.deliveries.take(20)
                #expect(deliveries.map(\.text) == (0..<20).map { "\($0)" })
                await consumer.acknowledge(deliveries)
            }
        }
    }

    @Test("A shutdown while there is no connection ends at once")
    func shutdownWithoutBroker() async throws {
        let configuration = try BrokerConfiguration(url: "amqp://127.0.0.1:1")
        let consumer = Consumer(configuration, topology: Topology(), queue: "q", prefetch: 1, name: "consumer", logger: .quiet)
        try await running(consumer) { #expect(await consumer.states.firstError()?.code == .unreachable) }
        #expect(await consumer.deliveries.take(1).isEmpty)
        await consumer.stopDelivering()
    }
}

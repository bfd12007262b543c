import RabbitMQ
import Testing

/// Each with a broker of its own, one after the other: a starting RabbitMQ takes both cores for some seconds.
@Suite("Broker trouble", .serialized, .timeLimit(.minutes(5)))
struct BrokerTroubleTests {
    @Test("The broker stops and starts: messages wait, deliveries go on")
    func restart() async throws {
        try await PrivateBroker.temporary { server, broker in
            try await VirtualHost.temporary(on: broker) { host in
                let bench = Bench(host, kind: .quorum)
                let (publisher, consumer) = (try bench.publisher(), try bench.consumer())
                try await running(publisher, consumer) {
                    #expect(await publisher.publish([bench.message("before")]) == [.confirmed])
                    let before = await consumer.deliveries.take(1)
                    let states = publisher.states
                    try await server.stop()
                    #expect(await states.firstError() != nil)
                    guard case .unsent = await publisher.publish([bench.message("lost")], timeout: .milliseconds(100))[0] else {
                        return #expect(Bool(false))
                    }
                    async let waiting = publisher.publish([bench.message("after")], timeout: .seconds(120))
                    try await server.start()
                    #expect(await waiting == [.confirmed])
                    await consumer.acknowledge(before)
                    let after = await consumer.deliveries.take(2)
                    #expect(after.map(\.text) == ["before", "after"])
                    #expect(after.map(\.redelivered) == [true, false])
                    await consumer.acknowledge(after)
                }
            }
        }
    }

    /// What RabbitMQ does when the declaration of a quorum queue that others have found already does not succeed in time.
    private static let takeBack = """
        {resource, _, _, _} = N = rabbit_misc:r(<<"VHOST">>, queue, <<"QUEUE">>), {ok, Q} = rabbit_amqqueue:lookup(N), \
        ok = rabbit_amqqueue:internal_delete(N, <<"test">>), ok = ra:force_delete_server(quorum_queues, amqqueue:get_pid(Q)).
        """

    @Test("The broker takes a queue back and tells nobody: its consumer goes on at the one of the same name")
    func takenBack() async throws {
        try await PrivateBroker.temporary { server, broker in
            try await VirtualHost.temporary(on: broker) { host in
                let bench = Bench(host, kind: .quorum)
                let consumer = Consumer(
                    try host.configuration(parameters: "heartbeat=1"), topology: bench.topology, queue: Bench.queue, prefetch: 10,
                    name: "consumer", renewal: .seconds(2), logger: .quiet)
                try await running(consumer) {
                    await consumer.states.untilConnected()
                    try await server.control(
                        "eval", Self.takeBack.replacing("VHOST", with: host.name).replacing("QUEUE", with: Bench.queue))
                    let publisher = try bench.publisher()
                    try await running(publisher) {
                        for text in ["1", "2"] {
                            #expect(await publisher.publish([bench.message(text, mandatory: true)]) == [.confirmed])
                            let deliveries = await consumer.deliveries.take(1)
                            #expect(deliveries.map(\.text) == [text])
                            await consumer.acknowledge(deliveries)
                        }
                    }
                }
            }
        }
    }

    @Test("Under a memory alarm nothing hangs: calls answer in their time, and all goes on when it is over")
    func alarm() async throws {
        try await PrivateBroker.temporary { server, broker in
            try await VirtualHost.temporary(on: broker) { host in
                let bench = Bench(host)
                let (publisher, consumer) = (try bench.publisher(), try bench.consumer())
                try await running(publisher, consumer) {
                    _ = await publisher.publish([bench.message("before")])
                    try await server.control("set_vm_memory_high_watermark", "absolute", "1MB")
                    let states = publisher.states
                    async let first = publisher.publish([bench.message("under way")], timeout: .seconds(1))
                    guard case .blocked(let reason) = await states.first(\.isBlocked) else { return #expect(Bool(false)) }
                    #expect(reason.contains("memory"))
                    #expect(await publisher.isBlocked)
                    guard case .unknown(let unknown) = await first[0] else { return #expect(Bool(false)) }
                    #expect(unknown.code == .blocked)
                    var large = bench.message("")
                    large.body = [UInt8](repeating: 7, count: 1 << 20)
                    let refused = await publisher.publish(Array(repeating: large, count: 40), timeout: .milliseconds(200))
                    #expect(refused.count == 40)
                    for case .unsent(let error) in refused { #expect(error.code == .blocked) }
                    #expect(refused.allSatisfy { if case .unsent = $0 { true } else { false } })
                    async let waiting = publisher.publish([bench.message("after")], timeout: .seconds(60))
                    try await server.control("set_vm_memory_high_watermark", "absolute", "1GB")
                    #expect(await waiting == [.confirmed])
                    #expect(await !publisher.isBlocked)
                    let all = await consumer.deliveries.take(3)
                    #expect(all.map(\.text) == ["before", "under way", "after"])
                    await consumer.acknowledge(all)
                }
            }
        }
    }
}

extension ConnectionState {
    fileprivate var isBlocked: Bool {
        if case .blocked = self { true } else { false }
    }
}

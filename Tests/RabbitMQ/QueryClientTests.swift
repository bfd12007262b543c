import RabbitMQ
import Testing

@Suite("Query client", .timeLimit(.minutes(3)))
struct QueryClientTests {
    private func client(_ bench: Bench, maximumMessageSize: Int = 1 << 20) throws -> QueryClient {
        QueryClient(
            try bench.host.configuration(maximumMessageSize: maximumMessageSize), topology: bench.topology, name: "client",
            logger: .quiet)
    }

    /// Answers each request with its own text, doubled.
    private func answer(_ consumer: Consumer, by publisher: Publisher) async {
        for await request in consumer.deliveries {
            let reply = Message(
                exchange: "", routingKey: request.replyTo ?? "", body: request.body + request.body,
                correlationID: request.correlationID)
            #expect(await publisher.publish([reply]) == [.confirmed])
            await consumer.acknowledge([request])
        }
    }

    @Test("Each of many concurrent requests gets its own reply")
    func replies() async throws {
        try await VirtualHost.temporary { host in
            let bench = Bench(host)
            let (client, publisher, consumer) = (try client(bench), try bench.publisher(), try bench.consumer())
            try await running(client, publisher, consumer) {
                async let answering: Void = answer(consumer, by: publisher)
                try await withThrowingTaskGroup { group in
                    for number in 0..<200 {
                        group.addTask {
                            let reply = try await client.request(bench.message("<\(number)>"), timeout: .seconds(30))
                            #expect(reply.text == "<\(number)><\(number)>")
                        }
                    }
                    try await group.waitForAll()
                }
                await consumer.stopDelivering()
                await answering
            }
        }
    }

    @Test("A request that no queue takes fails at once")
    func unroutable() async throws {
        try await VirtualHost.temporary { host in
            let client = try client(Bench(host))
            try await running(client) {
                let error = await #expect(throws: BrokerError.self) {
                    try await client.request(Message(exchange: "", routingKey: "nowhere", body: []), timeout: .seconds(3600))
                }
                #expect(error?.code == .unroutable)
            }
        }
    }

    @Test("A request that a full queue refuses fails at once")
    func refused() async throws {
        try await VirtualHost.temporary { host in
            let bench = Bench(host, arguments: ["x-max-length": 0, "x-overflow": "reject-publish"])
            let client = try client(bench)
            try await running(client) {
                let error = await #expect(throws: BrokerError.self) {
                    try await client.request(bench.message("x"), timeout: .seconds(3600))
                }
                #expect(error?.code == .nacked)
            }
        }
    }

    @Test("Without a reply the request fails when its time is over, and is gone from the queue")
    func noReply() async throws {
        try await VirtualHost.temporary { host in
            let bench = Bench(host)
            let client = try client(bench)
            try await running(client) {
                await client.states.untilConnected()
                let error = await #expect(throws: BrokerError.self) {
                    try await client.request(bench.message("x"), timeout: .milliseconds(300))
                }
                #expect(error?.code == .timeout)
                while try await !host.drain(Bench.queue).isEmpty {}
            }
        }
    }

    @Test("A cancelled request fails at once")
    func cancelled() async throws {
        try await VirtualHost.temporary { host in
            let bench = Bench(host)
            let client = try client(bench)
            try await running(client) {
                let asking = Task { try await client.request(bench.message("x"), timeout: .seconds(3600)) }
                asking.cancel()
                let error = await #expect(throws: BrokerError.self) { try await asking.value }
                #expect(error?.code == .cancelled)
            }
        }
    }

    @Test("A reply over the limit is an error")
    func tooLarge() async throws {
        try await VirtualHost.temporary { host in
            let bench = Bench(host)
            let (client, publisher) = (try client(bench, maximumMessageSize: 1024), try bench.publisher())
            let consumer = try bench.consumer()
            try await running(client, publisher, consumer) {
                async let answering: Void = answer(consumer, by: publisher)
                var request = bench.message("")
                request.body = [UInt8](repeating: 1, count: 1000)
                let error = await #expect(throws: BrokerError.self) { try await client.request(request) }
                #expect(error?.code == .tooLarge(limit: 1024))
                await consumer.stopDelivering()
                await answering
            }
        }
    }

    @Test("With the connection every waiting request is lost, and the next one works")
    func lostConnection() async throws {
        try await VirtualHost.temporary { host in
            let bench = Bench(host)
            let (client, publisher, consumer) = (try client(bench), try bench.publisher(), try bench.consumer())
            try await running(client, publisher, consumer) {
                async let lost = #expect(throws: BrokerError.self) {
                    try await client.request(bench.message("lost"), timeout: .seconds(3600))
                }
                let request = await consumer.deliveries.take(1)
                try await host.forceClose(connection: "client")
                #expect(await lost?.code == .closed(320))
                await consumer.acknowledge(request)
                await client.states.untilConnected()
                async let answering: Void = answer(consumer, by: publisher)
                #expect(try await client.request(bench.message("a")).text == "aa")
                await consumer.stopDelivering()
                await answering
            }
        }
    }
}

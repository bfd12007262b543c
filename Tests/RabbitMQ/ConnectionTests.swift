import RabbitMQ
import Testing

/// What goes wrong at a broker that runs.
@Suite("Connection", .timeLimit(.minutes(3)))
struct ConnectionTests {
    @Test("A wrong password is a refused login, told without the password")
    func wrongPassword() async throws {
        try await VirtualHost.temporary { host in
            let url = host.broker.url(virtualHost: host.name, user: "nobody", password: "swordfish")
            let error = try await firstError(try BrokerConfiguration(url: url))
            #expect(error.code == .refused)
            #expect(!error.message.contains("swordfish") && error.message.contains("password"))
        }
    }

    @Test("A missing virtual host is a refusal")
    func missingVirtualHost() async throws {
        let error = try await firstError(try BrokerConfiguration(url: Broker.shared().url(virtualHost: "test-missing")))
        #expect(error.code == .refused)
        #expect(error.message.contains("test-missing"))
    }

    @Test("Nobody at the port, and a name that is nobody's, are unreachable")
    func unreachable() async throws {
        #expect(try await firstError(try BrokerConfiguration(url: "amqp://127.0.0.1:1")).code == .unreachable)
        let error = try await firstError(try BrokerConfiguration(url: "amqp://u:swordfish@broker.invalid"))
        #expect(error.code == .unreachable)
        #expect(error.message.contains("broker.invalid") && !error.message.contains("swordfish"))
    }

    @Test("A queue declared otherwise is an error 406, until it is gone")
    func preconditionFailed() async throws {
        try await VirtualHost.temporary { host in
            let configuration = try host.configuration()
            let durable = Topology(queues: [.init(name: "q", kind: .classic)])
            let fleeting = Topology(queues: [.init(name: "q", kind: .classic, durable: false)])
            let first = Publisher(configuration, topology: durable, name: "first", logger: .quiet)
            try await running(first) { await first.states.untilConnected() }
            let second = Publisher(configuration, topology: fleeting, name: "second", logger: .quiet)
            try await running(second) {
                let error = await second.states.firstError()
                #expect(error?.code == .channel(406))
                #expect(error?.message.contains("q") == true)
                try await host.deleteQueue("q")
                await second.states.untilConnected()
                #expect(await second.publish([Message(exchange: "", routingKey: "q", body: [], mandatory: true)]) == [.confirmed])
            }
        }
    }

    @Test("A subscription to a missing queue is an error 404")
    func missingQueue() async throws {
        try await VirtualHost.temporary { host in
            let consumer = Consumer(
                try host.configuration(), topology: Topology(), queue: "missing", prefetch: 1, name: "consumer", logger: .quiet)
            try await running(consumer) { #expect(await consumer.states.firstError()?.code == .channel(404)) }
        }
    }

    @Test("A queue deleted under its consumer is declared and consumed anew")
    func queueDeleted() async throws {
        try await VirtualHost.temporary { host in
            let bench = Bench(host)
            let (publisher, consumer) = (try bench.publisher(), try bench.consumer())
            try await running(publisher, consumer) {
                let states = consumer.states
                await consumer.states.untilConnected()
                try await host.deleteQueue(Bench.queue)
                #expect(await states.firstError()?.code == .subscriptionCancelled)
                await consumer.states.untilConnected()
                #expect(await publisher.publish([bench.message("x", mandatory: true)]) == [.confirmed])
                let delivery = await consumer.deliveries.take(1)
                #expect(delivery.map(\.text) == ["x"])
                await consumer.acknowledge(delivery)
            }
        }
    }

    @Test("After a lost connection deliveries come again, and what is said about the earlier ones is ignored")
    func forceClosedConsumer() async throws {
        try await VirtualHost.temporary { host in
            let bench = Bench(host)
            let (publisher, consumer) = (try bench.publisher(), try bench.consumer(prefetch: 2))
            try await running(publisher, consumer) {
                _ = await publisher.publish(bench.messages(4))
                let early = await consumer.deliveries.take(2)
                let states = consumer.states
                try await host.forceClose(connection: "consumer")
                #expect(await states.firstError()?.code == .closed(320))
                let again = await consumer.deliveries.take(2)
                #expect(again.map(\.text) == early.map(\.text))
                #expect(again.map(\.redelivered) == [true, true])
                await consumer.acknowledge(early)
                await consumer.acknowledge(upTo: early[1])
                await consumer.reject(early[0], requeue: false)
                await consumer.acknowledge(again)
                let rest = await consumer.deliveries.take(2)
                #expect(rest.map(\.text) == ["2", "3"])
                await consumer.acknowledge(rest)
            }
            #expect(try await host.drain(Bench.queue).isEmpty)
        }
    }

    @Test("Deliveries not yet taken when the connection is lost are taken once, not twice")
    func untakenDeliveries() async throws {
        try await VirtualHost.temporary { host in
            let bench = Bench(host)
            let (publisher, consumer) = (try bench.publisher(), try bench.consumer())
            try await running(publisher, consumer) {
                _ = await publisher.publish(bench.messages(5))
                let first = await consumer.deliveries.take(1)
                #expect(first.map(\.text) == ["0"])
                let states = consumer.states
                try await host.forceClose(connection: "consumer")
                _ = await states.firstError()
                let all = await consumer.deliveries.take(5)
                #expect(all.map(\.text) == ["0", "1", "2", "3", "4"])
                await consumer.acknowledge(all)
            }
            #expect(try await host.drain(Bench.queue).isEmpty)
        }
    }

    @Test("A publisher whose connection is closed goes on by itself")
    func forceClosedPublisher() async throws {
        try await VirtualHost.temporary { host in
            let bench = Bench(host)
            let publisher = try bench.publisher()
            try await running(publisher) {
                #expect(await publisher.publish([bench.message("a")]) == [.confirmed])
                let states = publisher.states
                try await host.forceClose(connection: "publisher")
                #expect(await states.firstError()?.code == .closed(320))
                #expect(await publisher.publish([bench.message("b")]) == [.confirmed])
            }
            #expect(try await host.drain(Bench.queue) == ["a", "b"])
        }
    }

    @Test("A service runs once")
    func runningTwice() async throws {
        try await VirtualHost.temporary { host in
            let publisher = try Bench(host).publisher()
            try await running(publisher) {
                await publisher.states.untilConnected()
                let error = await #expect(throws: BrokerError.self) { try await publisher.run() }
                #expect(error?.code == .stopped)
            }
            let error = await #expect(throws: BrokerError.self) { try await publisher.run() }
            #expect(error?.code == .stopped)
        }
    }

    private func firstError(_ configuration: BrokerConfiguration) async throws -> BrokerError {
        let publisher = Publisher(configuration, topology: Topology(), name: "publisher", logger: .quiet)
        return try await running(publisher) { try #require(await publisher.states.firstError()) }
    }
}

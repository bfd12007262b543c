import Logging
import RabbitMQ
import Testing

@Suite("Publisher", .timeLimit(.minutes(3)))
struct PublisherTests {
    @Test(
        "20,000 messages in windows arrive in order and leave the queue empty", arguments: [Topology.Queue.Kind.classic, .quorum])
    func manyMessages(kind: Topology.Queue.Kind) async throws {
        try await VirtualHost.temporary { host in
            let bench = Bench(host, kind: kind)
            let (publisher, consumer) = (try bench.publisher(), try bench.consumer(prefetch: 500))
            try await running(publisher, consumer) {
                async let received = receiveAll(20_000, from: consumer)
                let confirmations = await publisher.publish(bench.messages(20_000), timeout: .seconds(50))
                #expect(confirmations.count == 20_000)
                #expect(confirmations.allSatisfy { $0 == .confirmed })
                #expect(await received == (0..<20_000).map { "\($0)" })
            }
            #expect(try await host.drain(Bench.queue, limit: 1).isEmpty)
        }
    }

    private func receiveAll(_ count: Int, from consumer: Consumer) async -> [String] {
        var texts: [String] = []
        while texts.count < count {
            let batch = await consumer.deliveries.nextBatch(upTo: 500)
            if batch.isEmpty { break }
            texts += batch.map(\.text)
            await consumer.acknowledge(batch)
        }
        return texts
    }

    @Test("An unroutable mandatory message comes back as itself, its neighbours are confirmed")
    func unroutable() async throws {
        try await VirtualHost.temporary { host in
            let bench = Bench(host)
            let publisher = try bench.publisher()
            let lost = Message(exchange: Bench.exchange, routingKey: "nowhere", body: [1], mandatory: true)
            let optional = Message(exchange: Bench.exchange, routingKey: "nowhere", body: [1])
            let messages = (0..<50).flatMap { [bench.message("\($0)", mandatory: true), lost, optional] }
            let confirmations = try await running(publisher) { await publisher.publish(messages) }
            #expect(
                confirmations
                    == (0..<50).flatMap { _ in
                        [.confirmed, .returned(code: 312, text: "NO_ROUTE"), .confirmed] as [RabbitMQ.Confirmation]
                    })
        }
    }

    @Test("A full queue that rejects publishes refuses the messages beyond its length")
    func full() async throws {
        try await VirtualHost.temporary { host in
            let bench = Bench(host, arguments: ["x-max-length": 3, "x-overflow": "reject-publish"])
            let publisher = try bench.publisher(window: 1)
            let confirmations = try await running(publisher) { await publisher.publish(bench.messages(5)) }
            #expect(confirmations == [.confirmed, .confirmed, .confirmed, .refused, .refused])
            #expect(try await host.drain(Bench.queue) == ["0", "1", "2"])
        }
    }

    @Test("A body over the limit is not sent, and harms no other")
    func tooLarge() async throws {
        try await VirtualHost.temporary { host in
            let bench = Bench(host)
            let publisher = try bench.publisher()
            var large = bench.message("")
            large.body = [UInt8](repeating: 7, count: (1 << 20) + 1)
            let (one, other) = (bench.message("a"), bench.message("b"))
            let confirmations = try await running(publisher) { await publisher.publish([one, large, other]) }
            #expect(confirmations[0] == .confirmed && confirmations[2] == .confirmed)
            guard case .unsent(let error) = confirmations[1] else { return #expect(Bool(false), "\(confirmations[1])") }
            #expect(error.code == .tooLarge(limit: 1 << 20))
            #expect(try await host.drain(Bench.queue) == ["a", "b"])
        }
    }

    @Test("A missing exchange ends the channel: what was under way is unknown, and the next publish works")
    func missingExchange() async throws {
        try await VirtualHost.temporary { host in
            let bench = Bench(host)
            let publisher = try bench.publisher()
            try await running(publisher) {
                let astray = await publisher.publish([Message(exchange: "missing", routingKey: "", body: [1])])
                guard case .unknown(let error) = astray[0] else { return #expect(Bool(false), "\(astray)") }
                #expect(error.code == .channel(404))
                #expect(error.message.contains("missing"))
                #expect(await publisher.publish([bench.message("x")]) == [.confirmed])
            }
        }
    }

    @Test("Concurrent callers each get their own answers")
    func concurrentCallers() async throws {
        try await VirtualHost.temporary { host in
            let bench = Bench(host)
            let publisher = try bench.publisher(window: 7)
            try await running(publisher) {
                await withTaskGroup { group in
                    for caller in 1...20 {
                        group.addTask {
                            let unroutable = Message(exchange: "", routingKey: "nowhere", body: [], mandatory: true)
                            let messages = (0..<caller).map { $0.isMultiple(of: 2) ? bench.message("x") : unroutable }
                            let confirmations = await publisher.publish(messages)
                            #expect(confirmations.count == caller)
                            #expect(
                                confirmations.indices.allSatisfy { ($0.isMultiple(of: 2)) == (confirmations[$0] == .confirmed) })
                        }
                    }
                }
            }
        }
    }

    @Test("A publisher that does not run answers unsent when the time is over")
    func notRunning() async throws {
        let configuration = try BrokerConfiguration(url: "amqp://127.0.0.1:1")
        let publisher = Publisher(configuration, topology: Topology(), name: "idle", logger: .quiet)
        let message = Message(exchange: "", routingKey: "x", body: [])
        guard case .unsent(let error) = await publisher.publish([message], timeout: .milliseconds(1))[0] else {
            return #expect(Bool(false))
        }
        #expect(error.code == .stopped)
    }

    @Test("What is past its deadline is never written, though the broker is there")
    func pastDeadline() async throws {
        try await VirtualHost.temporary { host in
            let bench = Bench(host)
            let publisher = try bench.publisher()
            try await running(publisher) {
                await publisher.states.untilConnected()
                for confirmation in await publisher.publish(bench.messages(3), until: .now) {
                    guard case .unsent(let error) = confirmation else { return #expect(Bool(false), "\(confirmation)") }
                    #expect(error.code == .timeout)
                }
                #expect(await publisher.publish([bench.message("x")]) == [.confirmed])
            }
            #expect(try await host.drain(Bench.queue) == ["x"])
        }
    }

    @Test("Cancelling the publishing task answers at once")
    func cancelled() async throws {
        let configuration = try BrokerConfiguration(url: "amqp://127.0.0.1:1")
        let publisher = Publisher(configuration, topology: Topology(), name: "idle", logger: .quiet)
        let task = Task { await publisher.publish([Message(exchange: "", routingKey: "x", body: [])], timeout: .seconds(3600)) }
        task.cancel()
        guard case .unsent(let error) = await task.value[0] else { return #expect(Bool(false)) }
        #expect(error.code == .cancelled)
    }

    @Test("After the shutdown a publish is unsent at once, and the states end")
    func ended() async throws {
        try await VirtualHost.temporary { host in
            let bench = Bench(host)
            let publisher = try bench.publisher()
            let states = publisher.states
            try await running(publisher) { #expect(await publisher.publish([bench.message("x")]) == [.confirmed]) }
            guard case .unsent(let error) = await publisher.publish([bench.message("x")], timeout: .seconds(3600))[0] else {
                return #expect(Bool(false))
            }
            #expect(error.code == .stopped)
            var last: ConnectionState?
            for await state in states { last = state }
            guard case .disconnected = last else { return #expect(Bool(false), "\(String(describing: last))") }
        }
    }
}

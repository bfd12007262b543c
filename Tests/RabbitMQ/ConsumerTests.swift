import RabbitMQ
import Testing

@Suite("Consumer", .timeLimit(.minutes(3)))
struct ConsumerTests {
    @Test("Everything said about a message arrives with it")
    func properties() async throws {
        try await VirtualHost.temporary { host in
            let bench = Bench(host)
            let (publisher, consumer) = (try bench.publisher(), try bench.consumer())
            let headers: [String: FieldValue] = [
                "text": "naïve", "number": .integer(.min), "flag": true, "double": .double(0.25), "bytes": .bytes([0, 255]),
                "time": .timestamp(1_700_000_000), "nothing": .null, "list": .list([1, "two", .list([])]),
                "table": .table(["inner": .table(["deep": false])]),
            ]
            let message = Message(
                exchange: Bench.exchange, routingKey: "thing.ünï", body: Array(0...255), headers: headers,
                contentType: "application/json", messageID: "m-1", correlationID: "c-1", replyTo: "r-1", mandatory: true)
            try await running(publisher, consumer) {
                #expect(await publisher.publish([message]) == [.confirmed])
                let delivery = try #require(await consumer.deliveries.take(1).first)
                #expect(delivery.body == message.body && delivery.size == 256 && !delivery.isTruncated)
                #expect(delivery.headers == headers)
                #expect(delivery.exchange == Bench.exchange && delivery.routingKey == "thing.ünï")
                #expect(delivery.contentType == "application/json" && delivery.messageID == "m-1")
                #expect(delivery.correlationID == "c-1" && delivery.replyTo == "r-1")
                #expect(!delivery.redelivered)
                await consumer.acknowledge([delivery])
            }
        }
    }

    @Test("Empty bodies, and bodies of several frames, arrive whole", arguments: [0, 1, 131_064, 131_072, 1 << 20])
    func sizes(size: Int) async throws {
        try await VirtualHost.temporary { host in
            let bench = Bench(host)
            let (publisher, consumer) = (try bench.publisher(), try bench.consumer())
            var message = bench.message("")
            message.body = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            try await running(publisher, consumer) {
                #expect(await publisher.publish([message]) == [.confirmed])
                let delivery = try #require(await consumer.deliveries.take(1).first)
                #expect(delivery.body == message.body)
                await consumer.acknowledge([delivery])
            }
        }
    }

    @Test("A body over the limit arrives truncated, and is known as such")
    func truncated() async throws {
        try await VirtualHost.temporary { host in
            let bench = Bench(host)
            let publisher = try bench.publisher()
            let consumer = Consumer(
                try host.configuration(maximumMessageSize: 1024), topology: bench.topology, queue: Bench.queue, prefetch: 10,
                name: "consumer", logger: .quiet)
            var large = bench.message("")
            large.body = [UInt8](repeating: 7, count: 300_000)
            try await running(publisher, consumer) {
                #expect(await publisher.publish([large, bench.message("next")]) == [.confirmed, .confirmed])
                let deliveries = await consumer.deliveries.take(2)
                #expect(deliveries[0].isTruncated && deliveries[0].size == 300_000 && deliveries[0].body.count == 1024)
                #expect(deliveries[1].text == "next")
                await consumer.acknowledge(deliveries)
            }
        }
    }

    @Test("No more come than the prefetch, until some are acknowledged")
    func prefetch() async throws {
        try await VirtualHost.temporary { host in
            let bench = Bench(host)
            let (publisher, consumer) = (try bench.publisher(), try bench.consumer(prefetch: 3))
            try await running(publisher, consumer) {
                _ = await publisher.publish(bench.messages(10))
                let first = await consumer.deliveries.take(3)
                #expect(first.map(\.text) == ["0", "1", "2"])
                let more = Task { await consumer.deliveries.take(1) }
                // The broker answers on the same channel in order: had it sent a fourth, it would come before this word's effect.
                await consumer.acknowledge([first[1]])
                #expect(await more.value.map(\.text) == ["3"])
                await consumer.acknowledge([first[0], first[2]])
                let last = await consumer.deliveries.take(2)
                #expect(last.map(\.text) == ["4", "5"])
                await consumer.stopDelivering()
                await consumer.acknowledge([more.value, last].flatMap(\.self))
            }
            #expect(try await host.drain(Bench.queue) == ["6", "7", "8", "9"])
        }
    }

    @Test("What is not acknowledged comes back, marked; acknowledged ones don't, in whatever order they were")
    func acknowledgements() async throws {
        try await VirtualHost.temporary { host in
            let bench = Bench(host)
            let (publisher, consumer) = (try bench.publisher(), try bench.consumer())
            try await running(publisher) { _ = await publisher.publish(bench.messages(10)) }
            try await abandoning(consumer) {
                let all = await consumer.deliveries.take(10)
                await consumer.acknowledge([all[2], all[0], all[1], all[5]])
                await consumer.acknowledge([all[5]])
                await consumer.acknowledge(upTo: all[4])
                await consumer.stopDelivering()
            }
            let second = try bench.consumer(name: "second")
            try await running(second) {
                let rest = await second.deliveries.take(4)
                #expect(rest.map(\.text) == ["6", "7", "8", "9"])
                #expect(rest.map(\.redelivered) == [true, true, true, true])
                await second.acknowledge(rest)
            }
            #expect(try await host.drain(Bench.queue).isEmpty)
        }
    }

    @Test("A rejected delivery goes back to the queue or to the dead letters")
    func rejections() async throws {
        try await VirtualHost.temporary { host in
            let bench = Bench(
                host, arguments: ["x-dead-letter-exchange": "", "x-dead-letter-routing-key": "dead"])
            let morgue = Topology(queues: [.init(name: "dead", kind: .classic)])
            let publisher = try bench.publisher()
            let gravedigger = Consumer(
                try host.configuration(), topology: morgue, queue: "dead", prefetch: 1, name: "gravedigger", logger: .quiet)
            let consumer = try bench.consumer()
            try await running(publisher, consumer, gravedigger) {
                await gravedigger.states.untilConnected()
                _ = await publisher.publish([bench.message("x")])
                let first = try #require(await consumer.deliveries.take(1).first)
                await consumer.reject(first, requeue: true)
                let again = try #require(await consumer.deliveries.take(1).first)
                #expect(again.text == "x" && again.redelivered)
                await consumer.reject(again, requeue: false)
                let dead = try #require(await gravedigger.deliveries.take(1).first)
                #expect(dead.text == "x")
                await gravedigger.acknowledge([dead])
            }
        }
    }

    @Test(
        "A paused consumer gives everything back, taken or not, and receives again when it resumes",
        arguments: [Topology.Queue.Kind.classic, .quorum])
    func pause(kind: Topology.Queue.Kind) async throws {
        try await VirtualHost.temporary { host in
            let bench = Bench(host, kind: kind)
            let (publisher, first) = (try bench.publisher(), try bench.consumer(prefetch: 4))
            try await running(publisher, first) {
                #expect(await publisher.publish(bench.messages(6)).allSatisfy { $0 == .confirmed })
                let taken = await first.deliveries.take(2)
                await first.pause()
                #expect(!taken.contains(where: first.holds))
                await first.acknowledge(taken)
                let second = try bench.consumer(name: "second")
                try await running(second) {
                    let all = await second.deliveries.take(6)
                    #expect(Set(all.map(\.text)) == ["0", "1", "2", "3", "4", "5"])
                    #expect(all.filter { ["0", "1"].contains($0.text) }.map(\.redelivered) == [true, true])
                    await second.acknowledge(all)
                }
                await first.resume()
                #expect(await publisher.publish([bench.message("6")]) == [.confirmed])
                let next = await first.deliveries.take(1)
                #expect(next.map(\.text) == ["6"])
                await first.acknowledge(next)
            }
            #expect(try await host.drain(Bench.queue).isEmpty)
        }
    }

    @Test("After stopDelivering what has come can be taken and acknowledged, the rest stays in the queue")
    func drain() async throws {
        try await VirtualHost.temporary { host in
            let bench = Bench(host)
            let (publisher, consumer) = (try bench.publisher(), try bench.consumer(prefetch: 2))
            try await running(publisher, consumer) {
                _ = await publisher.publish(bench.messages(5))
                let first = await consumer.deliveries.take(1)
                await consumer.stopDelivering()
                await consumer.stopDelivering()
                var rest: [Delivery] = []
                for await delivery in consumer.deliveries { rest.append(delivery) }
                #expect(rest.map(\.text) == ["1"])
                await consumer.acknowledge(first + rest)
            }
            #expect(try await host.drain(Bench.queue) == ["2", "3", "4"])
        }
    }

    @Test("The graceful shutdown waits for what is held, and ends the deliveries")
    func gracefulShutdown() async throws {
        try await VirtualHost.temporary { host in
            let bench = Bench(host)
            let (publisher, consumer) = (try bench.publisher(), try bench.consumer(prefetch: 1))
            try await running(publisher) {
                let worker: Task<Int, Never>
                (_, worker) = try await running(consumer) {
                    _ = await publisher.publish(bench.messages(3))
                    let held = try #require(await consumer.deliveries.take(1).first)
                    return (
                        (),
                        Task {
                            // Ends by the shutdown alone: with a prefetch of 1 nothing comes while one is held.
                            let more = await consumer.deliveries.take(1)
                            await consumer.acknowledge([held])
                            return more.count
                        }
                    )
                }
                #expect(await worker.value == 0)
            }
            #expect(try await host.drain(Bench.queue) == ["1", "2"])
        }
    }

    @Test("Several iterating tasks share the deliveries, each goes to one")
    func sharing() async throws {
        try await VirtualHost.temporary { host in
            let bench = Bench(host)
            let (publisher, consumer) = (try bench.publisher(), try bench.consumer())
            let texts = try await running(publisher, consumer) {
                async let all = withTaskGroup(of: [String].self) { group in
                    for _ in 0..<5 {
                        group.addTask {
                            var texts: [String] = []
                            for await delivery in consumer.deliveries {
                                texts.append(delivery.text)
                                await consumer.acknowledge([delivery])
                            }
                            return texts
                        }
                    }
                    return await group.reduce(into: []) { $0 += $1 }
                }
                #expect(await publisher.publish(bench.messages(500)).allSatisfy { $0 == .confirmed })
                while try await host.ready(in: Bench.queue) > 0 { try await Task.sleep(for: .milliseconds(50)) }
                await consumer.stopDelivering()
                return await all
            }
            #expect(Set(texts) == Set((0..<500).map { "\($0)" }))
            #expect(texts.count == 500)
        }
    }

    @Test("Cancelling an iterating task ends its iteration, and takes nothing from the others")
    func cancelledIteration() async throws {
        try await VirtualHost.temporary { host in
            let bench = Bench(host)
            let (publisher, consumer) = (try bench.publisher(), try bench.consumer())
            try await running(publisher, consumer) {
                let impatient = Task { await consumer.deliveries.take(1) }
                impatient.cancel()
                #expect(await impatient.value.isEmpty)
                _ = await publisher.publish([bench.message("x")])
                let deliveries = await consumer.deliveries.take(1)
                #expect(deliveries.map(\.text) == ["x"])
                await consumer.acknowledge(deliveries)
            }
        }
    }

    @Test("A binding that is gone is made again, alone or with its exchange", arguments: [false, true])
    func lostBinding(withExchange: Bool) async throws {
        try await VirtualHost.temporary { host in
            let bench = Bench(host)
            let publisher = try bench.publisher()
            let consumer = Consumer(
                try host.configuration(parameters: "heartbeat=1"), topology: bench.topology, queue: Bench.queue, prefetch: 10,
                name: "consumer", renewal: .milliseconds(100), logger: .quiet)
            try await running(publisher, consumer) {
                await consumer.states.untilConnected()
                if withExchange {
                    try await host.delete(exchange: Bench.exchange)
                } else {
                    try await host.unbind(Bench.queue, from: Bench.exchange, routingKey: "thing.#")
                }
                while await publisher.publish([bench.message("x", mandatory: true)]) != [.confirmed] {
                    try await Task.sleep(for: .milliseconds(20))
                }
                let deliveries = await consumer.deliveries.take(1)
                #expect(deliveries.map(\.text) == ["x"])
                await consumer.acknowledge(deliveries)
            }
        }
    }

    @Test("An exclusive consumer keeps others away until it is gone")
    func exclusive() async throws {
        try await VirtualHost.temporary { host in
            let bench = Bench(host)
            func exclusive(_ name: String) throws -> Consumer {
                Consumer(
                    try host.configuration(), topology: bench.topology, queue: Bench.queue, prefetch: 1, name: name,
                    exclusive: true, logger: .quiet)
            }
            let (first, second) = (try exclusive("first"), try exclusive("second"))
            try await running(first) {
                await first.states.untilConnected()
                let service = Task { try await second.run() }
                #expect(await second.states.firstError()?.code == .channel(403))
                service.cancel()
                try await service.value
            }
        }
    }
}

import Foundation
import Ledger
import Logging
import Model
import RabbitMQ
import TestServers
import Testing
import Wire

@testable import Engine

/// Commands on their way from the outbox to a real broker.
@Suite(.serialized) struct RelayTests {
    private static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// The consumer that the agents of a driver and site would have.
    private static func commands(_ engine: EngineFixture) -> Consumer {
        Consumer(
            engine.broker, topology: Queues.topology(driver: .memory, site: "default"),
            queue: Queues.commands(.memory, "default"),
            prefetch: 100, name: "test", logger: quiet)
    }

    private static func open(_ delivery: Delivery, _ engine: EngineFixture) throws -> Opened<Wire.Command> {
        try Verifier(site: engine.site).open(
            delivery.body, headers: delivery.headers, as: Wire.Command.self, kind: .command,
            expectedDestination: Queues.commands(.memory, "default"))
    }

    private static func receive(_ count: Int, _ consumer: Consumer, _ engine: EngineFixture) async throws -> [Opened<
        Wire.Command
    >] {
        var commands: [Opened<Wire.Command>] = []
        while commands.count < count {
            let batch = await consumer.deliveries.nextBatch(upTo: 100)
            if batch.isEmpty { throw NeverHappened(what: "\(count) commands came") }
            commands += try batch.map { try open($0, engine) }
            await consumer.acknowledge(batch)
        }
        return commands
    }

    @Test func aCommandWaitsUntilThereIsAQueueForIt() async throws {
        try await EngineFixture.with { engine in
            let made = try await engine.admin("POST", "/v1/hosts", EngineFixture.host())
            let consumer = Self.commands(engine)
            try await withServices([consumer]) {
                let command = try await Self.receive(1, consumer, engine)[0]
                #expect(command.payload.operation.description == made["operation", "id"]?.text)
                #expect(command.payload.work == .probe && !command.repeat && command.payload.attemptNumber == 1)
            }
            let left = try await eventually("the outbox is empty") {
                try await engine.ledger.claimCommands(limit: 1, for: .milliseconds(1)).count == 0 ? true : nil
            }
            #expect(left)
        }
    }

    @Test func whatMayHaveBeenPublishedBeforeIsARepeat() async throws {
        try await EngineFixture.with { engine in
            // An engine that dies between its claim and its word about it.
            _ = try await engine.ledger.createHost(
                NewHost(
                    target: HostTarget(id: .fresh(), driver: .memory, endpoint: "unix:///x", address: "x"), name: "one",
                    capacity: 1))
            _ = try await eventually("the command is claimed") {
                try await engine.ledger.claimCommands(limit: 1, for: .milliseconds(50)).commands.first
            }
            let consumer = Self.commands(engine)
            try await withServices([consumer]) {
                let command = try await Self.receive(1, consumer, engine)[0]
                #expect(command.repeat)
            }
        }
    }

    @Test("Of two engines that relay at once, one sends each command") func everyCommandGoesOutOnce() async throws {
        try await EngineFixture.with { engine in
            let consumer = Self.commands(engine)
            try await engine.withAnother { try await Self.sendAndReceive(120, consumer, engine) }
        }
    }

    private static func sendAndReceive(_ count: Int, _ consumer: Consumer, _ engine: EngineFixture) async throws {
        try await withServices([consumer]) {
            let operations = try await withThrowingTaskGroup(of: String.self) { group in
                for index in 0..<count {
                    group.addTask {
                        let made = try await engine.admin("POST", "/v1/hosts", EngineFixture.host("h\(index)"))
                        return made["operation", "id"]?.text ?? ""
                    }
                }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            let commands = try await receive(count, consumer, engine)
            #expect(Set(commands.map(\.payload.operation.description)) == operations)
            #expect(commands.count == count && commands.allSatisfy { !$0.repeat })
        }
    }
}

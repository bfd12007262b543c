import Foundation
import Glibc
import Model
import Programs
import Testing

/// Agents that are asked to end while they work.
@Suite struct DrainTests {
    @Test(.timeLimit(.minutes(6))) func whatItHasIsFinishedWithinItsGraceAndNothingMoreIsTaken() async throws {
        try await House.with(try Servers.fromEnvironment()) { house in
            let agent = try await house.startAgent("--concurrency", "1", "--grace", "120")
            let (first, second) = try await Self.slowWork(house)
            agent.signal(SIGTERM)
            #expect(await agent.ended() == 0)
            let done = try await house.admin.end(of: first["operation"]["id"].text ?? "")
            #expect(done["status"] == "succeeded" && done["attempts"].items.count == 1)
            #expect(try await house.operation(second)["status"] == "sent")
            try await Self.anotherDoes(second, after: ["succeeded"], charged: 0, house)
        }
    }

    @Test(.timeLimit(.minutes(6))) func whatIsNotDoneWithinTheGraceIsGivenBackForNothing() async throws {
        try await House.with(try Servers.fromEnvironment()) { house in
            let agent = try await house.startAgent("--concurrency", "1", "--grace", "1")
            let (first, second) = try await Self.slowWork(house)
            agent.signal(SIGTERM)
            #expect(await agent.ended() == 0)
            try await Self.anotherDoes(first, after: ["again", "succeeded"], charged: 0, house)
            try await Self.anotherDoes(second, after: ["succeeded"], charged: 0, house)
        }
    }

    @Test(.timeLimit(.minutes(6))) func aSecondSignalEndsItAtOnce() async throws {
        try await House.with(try Servers.fromEnvironment()) { house in
            let agent = try await house.startAgent("--concurrency", "1", "--grace", "1200")
            let (first, second) = try await Self.slowWork(house)
            agent.signal(SIGTERM)
            _ = try await agent.line(with: "ending in good order")
            #expect(try await house.operation(first)["status"] == "working")
            agent.signal(SIGTERM)
            #expect(await agent.ended() == 128 + SIGTERM)
            try await Self.anotherDoes(first, after: ["agent-lost", "succeeded"], charged: 1, house)
            try await Self.anotherDoes(second, after: ["succeeded"], charged: 0, house)
        }
    }

    /// Two chains to be made on a host that takes its time: the first is being worked on, the second waits in its queue.
    private static func slowWork(_ house: House) async throws -> (first: JSONValue, second: JSONValue) {
        try await house.startWatchdog()
        try await house.startEngine()
        let host = try await house.register()
        try await house.host.slow("create", by: .seconds(3))
        let first = try await house.ask(on: host)
        try await house.isWorking(first)
        let second = try await house.ask(on: host)
        _ = try await eventually("the second command is with the broker") {
            let waiting = try await house.count("SELECT count(*) AS n FROM outbox")
            return try await house.operation(second)["status"] == "sent" && waiting == 0 ? true : nil
        }
        return (first, second)
    }

    /// Another agent takes over; its attempts ended like this.
    private static func anotherDoes(_ work: JSONValue, after results: [String], charged: Int, _ house: House) async throws {
        try await house.host.clearFaults()
        try await house.startAgent()
        let done = try await house.admin.end(of: work["operation"]["id"].text ?? "")
        #expect(done["status"] == "succeeded")
        #expect(done["attempts"].items.map { $0["result"].text } == results)
        #expect(try await house.charged(work) == charged)
    }
}

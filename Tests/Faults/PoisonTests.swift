import Foundation
import Glibc
import Model
import PostgreSQL
import Programs
import Testing

/// A command that kills whoever works on it.
@Suite struct PoisonTests {
    private static let neighbours = 3

    private static let oneAtATime = ["--concurrency", "1"]

    @Test(.timeLimit(.minutes(6))) func itEndsAsPoisonAndItsNeighboursGoOn() async throws {
        try await House.with(try Servers.fromEnvironment()) { house in
            try await house.startWatchdog()
            try await house.startEngine()
            for _ in 1...3 { try await house.startAgent(Self.oneAtATime) }
            let host = try await house.register()
            try await house.host.slow("create", by: .seconds(1))
            let poison = try await house.ask(on: host)
            var neighbours: [JSONValue] = []
            for _ in 1...Self.neighbours { neighbours.append(try await house.ask(on: host)) }

            for _ in 1...3 { try await Self.killWhoWorks(on: poison, house, next: Self.oneAtATime) }
            let admin = await house.admin
            let ended = try await admin.end(of: Self.id(poison))
            #expect(ended["status"] == "failed" && ended["error"]["code"] == "poison")
            #expect(ended["attempts"].items.map { $0["result"].text } == ["agent-lost", "agent-lost", "agent-lost"])
            try await Self.isListed(poison, admin)

            for neighbour in neighbours {
                let ended = try await admin.end(of: Self.id(neighbour))
                #expect(ended["status"] == "succeeded")
                #expect(try await house.charged(neighbour) == 0)
            }
            // Once its cause is gone it may be tried again.
            let again = try await admin.call("POST", "/v1/operations/\(Self.id(poison))/retry", expect: [202])
            #expect(try await admin.end(of: again["id"].text ?? "")["status"] == "succeeded")
        }
    }

    @Test(.timeLimit(.minutes(6))) func whatIsInTheHandsOfTheSameAgentsIsNotTakenForPoison() async throws {
        try await House.with(try Servers.fromEnvironment()) { house in
            try await house.startWatchdog()
            try await house.startEngine()
            try await house.startAgent()
            let host = try await house.register()
            // Whoever works on the poison dies long before it is done with anything.
            try await house.host.slow("create", by: .seconds(4))
            let poison = try await house.ask(on: host)
            var neighbours: [JSONValue] = []
            for _ in 1...Self.neighbours { neighbours.append(try await house.ask(on: host)) }
            for neighbour in neighbours { try await house.isWorking(neighbour) }

            for _ in 1...3 { try await Self.killWhoWorks(on: poison, house, next: []) }
            #expect(try await house.admin.end(of: Self.id(poison))["error"]["code"] == "poison")
            try await house.host.clearFaults()
            for neighbour in neighbours {
                #expect(try await house.admin.end(of: Self.id(neighbour))["status"] == "succeeded")
            }
            try await Self.isListed(poison, house.admin)
        }
    }

    private static func id(_ answer: JSONValue) -> String { answer["operation"]["id"].text ?? "" }

    /// Kills the agent that works on it; another is started in its place.
    private static func killWhoWorks(on poison: JSONValue, _ house: House, next options: [String]) async throws {
        let query = """
            SELECT a.id::text AS attempt, g.name FROM attempts a JOIN agents g ON g.id = a.agent
            WHERE a.operation = $1::text::uuid AND a.started_at IS NOT NULL AND a.ended_at IS NULL
            """
        let worker = try await eventually("somebody works on the poison", pause: .milliseconds(20)) {
            try await house.ledger.session { try $0.queryOne(query, id(poison)).map { try $0["name"] as String } }
        }
        guard let process = worker.split(separator: "/").last.flatMap({ Int32($0) }) else { throw Failure("\(worker)?") }
        kill(process, SIGKILL)
        try await house.startAgent(options)
        _ = try await eventually("the ledger knows of the loss") {
            let lost = try await house.ledger.session { try $0.queryOne(query, id(poison)).map { try $0["name"] as String } }
            return lost == worker ? nil : true
        }
    }

    private static func isListed(_ poison: JSONValue, _ admin: API) async throws {
        let letters = try await admin.get("/v1/dead-letters")["items"].items
        #expect(letters.map { $0["reason"].text } == ["poison"])
        #expect(letters.first?["headers"]["operation"].text == id(poison))
        #expect(letters.first?["headers"]["chain"] == poison["id"])
    }
}

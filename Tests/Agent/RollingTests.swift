import Agent
import Foundation
import Model
import RabbitMQ
import Testing
import Wire

@Suite("Agents of two schemas at one queue", .timeLimit(.minutes(2)))
struct RollingTests {
    /// Says what only schema 2 can say.
    static func newWork() -> Command {
        var work = Stage.work()
        work.plan.nodes[0].names = ["one.example"]
        return Stage.command(.converge(work))
    }

    @Test("a newer schema is left to newer agents, and costs nothing")
    func newer() async throws {
        try await Stage.open { stage in
            let command = Self.newWork()
            let report = try await stage.withAgent(ScriptedDriver(), { $0.schemas = [1] }) {
                try await stage.send(command)
                return try await stage.nextReport()
            }
            let error = try #require(report?.failure)
            #expect(error.code == .newerSchema && error.disposition == .transient && !error.isCharged && error.notBefore != nil)
            #expect(try await stage.commandsAreSettled())
        }
    }

    @Test(
        "both do what they can read: what the older one leaves, the newer one does",
        arguments: [
            // An agent of the version before beside one of this; one of this beside one of the version to come.
            (older: [1], newer: [1, 2]), ([1, 2], [1, 2, 3]),
        ])
    func sideBySide(older: [Int], newer: [Int]) async throws {
        try await Stage.open { stage in
            let (old, new) = (AgentID.fresh(), AgentID.fresh())
            let schema = try #require(newer.last)
            try await stage.withAgent(ScriptedDriver(), { ($0.id, $0.schemas) = (old, older) }) {
                try await stage.withAgent(ScriptedDriver(), { ($0.id, $0.schemas) = (new, newer) }) {
                    var seen = Set<AgentID>()
                    while seen != [old, new] { seen.insert(try await Self.isDone(Stage.command(.probe), 1, stage).by) }
                    var isLeft = false
                    while !isLeft {
                        let answer = try await Self.isDone(Self.newWork(), schema, stage)
                        #expect(answer.by == (answer.isDone ? new : old))
                        isLeft = !answer.isDone
                    }
                    // As the ledger does: a fresh attempt, until one finds its reader.
                    while case let answer = try await Self.isDone(Self.newWork(), schema, stage), !answer.isDone {
                        #expect(answer.by == old)
                    }
                }
            }
            #expect(try await stage.commandsAreSettled())
        }
    }

    @Test("an observe request of a newer schema waits for a newer agent")
    func observe() async throws {
        try await Stage.open { stage in
            let request = ObserveRequest(host: Stage.target(), number: 1, asOf: 1, digest: "", hold: 1)
            let message = try stage.engine.message(
                .observe, to: .observe(.memory, Stage.site), site: Stage.site, payload: request, schema: 2)
            try await stage.withAgent(ScriptedDriver(), { $0.schemas = [1] }) {
                try await stage.publish(message)
                try await stage.withAgent {
                    guard case .observation(let seen) = try await stage.nextReport() else { throw Unexpected("no observation") }
                    #expect(seen.number == 1)
                }
            }
        }
    }

    /// Who answered, and whether it had been done.
    private static func isDone(_ command: Command, _ schema: Int, _ stage: Stage) async throws -> (by: AgentID, isDone: Bool) {
        try await stage.send(command, schema: schema)
        while let report = try await stage.nextReport() {
            guard case .outcome(let reference, let outcome) = report else { continue }
            if case .failed(let error) = outcome {
                #expect(error.code == .newerSchema)
                return (reference.agent, false)
            }
            return (reference.agent, true)
        }
        throw Unexpected("no outcome")
    }
}

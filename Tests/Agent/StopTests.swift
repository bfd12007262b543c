import Agent
import Drivers
import Model
import RabbitMQ
import Testing
import Wire

@Suite("Work that has to stop", .timeLimit(.minutes(2)))
struct StopTests {
    let endless = ScriptedDriver(converge: ScriptedDriver.endless)

    @Test("once the term is over nothing is done to a host any more")
    func termOver() async throws {
        try await Stage.open { stage in
            // Heartbeats come every 5 s: a term of 1 s ends between two of them.
            let reports = try await stage.withAgent(endless, { $0.termLength = .seconds(1) }) {
                try await stage.send(Stage.command(.converge(Stage.work())))
                return try await stage.nextReports(2)
            }
            #expect(reports.last?.failure?.code == .termEnded)
            #expect(reports.last?.failure?.disposition == .transient)
        }
    }

    @Test("an attempt that lasts too long is given up")
    func limit() async throws {
        try await Stage.open { stage in
            let reports = try await stage.withAgent(endless, { $0.attemptLimit = .milliseconds(100) }) {
                try await stage.send(Stage.command(.converge(Stage.work())))
                return try await stage.nextReports(2)
            }
            #expect(reports.last?.failure?.code == .unfinished)
        }
    }

    @Test("a cancelled operation ends as cancelled; another site's cancel means nothing")
    func cancel() async throws {
        try await Stage.open { stage in
            let command = Stage.command(.converge(Stage.work()))
            try await stage.withAgent(endless) {
                try await stage.send(command)
                await endless.firstCall("converge")
                for site in ["south", Stage.site] {
                    try await stage.publish(
                        stage.engine.message(.control, to: .control, site: site, payload: Control.cancel(command.operation)))
                }
                let reports = try await stage.nextReports(2)
                let failure = reports.last?.failure
                #expect(failure?.code == .cancelled && failure?.disposition == .cancelled)
            }
            #expect(try await stage.commandsAreSettled())
        }
    }

    @Test("an agent that ends without grace gives its work back")
    func drainAtOnce() async throws {
        try await Stage.open { stage in
            try await stage.withAgent(endless, { $0.grace = .zero }) {
                try await stage.send(Stage.command(.converge(Stage.work())))
                await endless.firstCall("converge")
            }
            #expect(try await stage.nextReports(2).last?.again == .givenBack)
            #expect(try await stage.commandsAreSettled())
        }
    }

    @Test("an agent that ends finishes its work within its grace")
    func drainWithGrace() async throws {
        try await Stage.open { stage in
            let driver = ScriptedDriver { (work, context) throws(WorkError) in
                try? await Task.sleep(for: .milliseconds(300))
                try context.mayAct()
                return ObservedChain(id: work.id, nodes: [], sequence: work.sequence)
            }
            try await stage.withAgent(driver) {
                try await stage.send(Stage.command(.converge(Stage.work())))
                await driver.firstCall("converge")
            }
            guard case .outcome(_, .converged) = try await stage.nextReports(2)[1] else { throw Unexpected("not finished") }
            #expect(try await stage.commandsAreSettled())
        }
    }
}

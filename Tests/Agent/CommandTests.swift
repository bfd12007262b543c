import Agent
import Drivers
import Foundation
import Model
import RabbitMQ
import Testing
import Wire

@Suite("Commands on their way through an agent", .timeLimit(.minutes(2)))
struct CommandTests {
    @Test("a first copy is started, acted upon, answered and acknowledged")
    func success() async throws {
        try await Stage.open { stage in
            let command = Stage.command(.converge(Stage.work()))
            let reports = try await stage.withAgent {
                try await stage.send(command)
                return try await stage.nextReports(2)
            }
            guard case .started(let reference) = reports[0], case .outcome(reference, .converged(let chain)) = reports[1] else {
                Issue.record("\(reports)")
                return
            }
            #expect(reference.attempt == command.attempt && reference.operation == command.operation)
            #expect(.converge(Stage.work()) != command.work && chain.sequence == 1)
            #expect(try await stage.commandsAreSettled())
        }
    }

    @Test("a probe tells the facts, a cleanse removes what was observed until nothing is left")
    func hostWork() async throws {
        try await Stage.open { stage in
            let driver = ScriptedDriver()
            let node = ObservedNode(name: "one", state: .running, object: "c1")
            let network = ObjectReference(kind: .network, id: "n1")
            driver.set(HostObservation(chains: [ObservedChain(id: .fresh(), nodes: [node], sequence: 1, objects: [network])]))
            try await stage.withAgent(driver) {
                try await stage.send(Stage.command(.probe))
                guard case .outcome(_, .probed) = try await stage.nextReports(2)[1] else { throw Unexpected("no facts") }
                try await stage.send(Stage.command(.cleanse))
                guard case .outcome(_, .cleansed) = try await stage.nextReports(2)[1] else { throw Unexpected("not cleansed") }
            }
            #expect(driver.removed == [ObjectReference(kind: .container, id: "c1"), network])
        }
    }

    @Test("what the relay may have published before is given back unacted")
    func repeated() async throws {
        try await Stage.open { stage in
            let command = Stage.command(.converge(Stage.work()))
            let driver = ScriptedDriver { (_, _) throws(WorkError) in throw WorkError(.terminal, .internal, "acted upon") }
            let report = try await stage.withAgent(driver) {
                try await stage.send(command, repeat: true)
                return try await stage.nextReport()
            }
            #expect(report?.again == .repeated)
            #expect(try await stage.commandsAreSettled())
        }
    }

    @Test("what could not be started soon after its receipt is given back unacted: another agent may have it by now")
    func late() async throws {
        try await Stage.open { stage in
            let driver = ScriptedDriver { (_, _) throws(WorkError) in throw WorkError(.terminal, .internal, "acted upon") }
            let report = try await stage.withAgent(driver, { $0.startLimit = .zero }) {
                try await stage.send(Stage.command(.converge(Stage.work())))
                return try await stage.nextReport()
            }
            #expect(report?.again == .givenBack)
            #expect(try await stage.commandsAreSettled())
        }
    }

    @Test("as many commands as its concurrency says are worked on side by side, and no more")
    func concurrency() async throws {
        try await Stage.open { stage in
            let gate = Gate()
            let driver = ScriptedDriver { (work, _) throws(WorkError) in
                await gate.pass()
                return ObservedChain(id: work.id, nodes: [], sequence: work.sequence)
            }
            let commands = (0..<3).map { _ in Stage.command(.converge(Stage.work())) }
            try await stage.withAgent(driver, { $0.concurrency = 2 }) {
                for command in commands { try await stage.send(command) }
                let first = try await stage.nextReports(2)
                #expect(Set(first.compactMap(\.startedAttempt)) == Set(commands.prefix(2).map(\.attempt)))
                await gate.open()
                let rest = try await stage.nextReports(4)
                #expect(rest[0].startedAttempt == nil, "the third waited until one had ended")
                #expect(rest.compactMap(\.startedAttempt) == [commands[2].attempt])
            }
            #expect(try await stage.commandsAreSettled())
        }
    }

    @Test("long work tells its latest step while it goes on")
    func progress() async throws {
        try await Stage.open { stage in
            let gate = Gate()
            let driver = ScriptedDriver { (work, context) throws(WorkError) in
                context.progress(Progress(done: 0, total: 4, step: "pulling"))
                context.progress(Progress(done: 1, total: 4, step: "creating"))
                await gate.pass()
                return ObservedChain(id: work.id, nodes: [], sequence: work.sequence)
            }
            let command = Stage.command(.converge(Stage.work()))
            try await stage.withAgent(driver) {
                try await stage.send(command)
                let told = try await stage.nextProgress()
                #expect(told.attempt == command.attempt && told.step == Progress(done: 1, total: 4, step: "creating"))
                await gate.open()
                guard case .outcome = try await stage.nextReport() else { throw Unexpected("no outcome") }
            }
        }
    }

    @Test("an outcome that no message can hold is told as a mistake of ours, and the command is settled")
    func tooLarge() async throws {
        try await Stage.open { stage in
            let driver = ScriptedDriver { (work, _) throws(WorkError) in
                let detail = String(repeating: "x", count: WireLimits.message)
                return ObservedChain(
                    id: work.id, nodes: [ObservedNode(name: "one", state: .running, detail: detail)], sequence: work.sequence)
            }
            let reports = try await stage.withAgent(driver) {
                try await stage.send(Stage.command(.converge(Stage.work())))
                return try await stage.nextReports(2)
            }
            #expect(reports[1].failure?.code == .internal && reports[1].failure?.disposition == .terminal)
            #expect(try await stage.commandsAreSettled())
        }
    }

    @Test("what another agent took and lost is given back unacted")
    func redelivered() async throws {
        try await Stage.open { stage in
            try await stage.send(Stage.command(.converge(Stage.work())))
            #expect(try await stage.take(from: Queues.commands(.memory, Stage.site), acknowledging: false)?.redelivered == false)
            let driver = ScriptedDriver { (_, _) throws(WorkError) in throw WorkError(.terminal, .internal, "acted upon") }
            let report = try await stage.withAgent(driver) { try await stage.nextReport() }
            #expect(report?.again == .redelivered)
            #expect(try await stage.commandsAreSettled())
        }
    }

    @Test("an agent that dies at work leaves its command to the next one, which does not act on it")
    func death() async throws {
        try await Stage.open { stage in
            let dying = ScriptedDriver(converge: ScriptedDriver.endless)
            let agent = try stage.agent(dying)
            let life = Task { try await agent.run() }
            try await stage.send(Stage.command(.converge(Stage.work())))
            await dying.firstCall("converge")
            life.cancel()
            _ = try? await life.value
            guard case .started = try await stage.nextReport() else { throw Unexpected("not started") }
            let report = try await stage.withAgent { try await stage.nextReport() }
            #expect(report?.again == .redelivered)
        }
    }

    @Test("a lost connection does not end the work: its copy is known, and one outcome is told")
    func lostConnection() async throws {
        try await Stage.open { stage in
            let gate = Gate()
            let driver = ScriptedDriver { (work, _) throws(WorkError) in
                await gate.pass()
                return ObservedChain(id: work.id, nodes: [], sequence: work.sequence)
            }
            let command = Stage.command(.converge(Stage.work()))
            try await stage.withAgent(driver) {
                try await stage.send(command)
                await driver.firstCall("converge")
                try await stage.host.closeConnection(named: Queues.commands(.memory, Stage.site))
                // The next command comes after the copy: when it is answered, the copy has been judged.
                try await stage.send(Stage.command(.probe))
                let reports = try await stage.nextReports(3)
                #expect(reports.allSatisfy { $0.again == nil })
                await gate.open()
                guard case .outcome(let reference, .converged) = try await stage.nextReport() else {
                    throw Unexpected("no outcome")
                }
                #expect(reference.attempt == command.attempt)
            }
            #expect(try await stage.commandsAreSettled())
        }
    }

    @Test("what can't be verified goes to the dead letters, and the next command is served")
    func dead() async throws {
        try await Stage.open { stage in
            var forged = try Signer(root: .fresh(), installation: stage.installation).message(
                .command, to: .commands(.memory, Stage.site), site: Stage.site, payload: Stage.command(.probe))
            try await stage.withAgent {
                try await stage.publish(forged)
                forged.headers = [:]
                forged.body = Array("nonsense".utf8)
                try await stage.publish(forged)
                try await stage.send(Stage.command(.probe))
                guard case .started = try await stage.nextReport() else { throw Unexpected("not served") }
            }
            var reasons: Set<String?> = []
            for _ in 1...2 { reasons.insert(try await stage.take(from: Queues.dead)?.headers[Queues.deadReason]?.string) }
            #expect(reasons == ["tampered", "unsigned"])
            #expect(try await stage.commandsAreSettled())
        }
    }

    @Test("an endpoint that is not allowed is never called")
    func notAllowed() async throws {
        try await Stage.open { stage in
            let report = try await stage.withAgent {
                try await stage.send(Stage.command(.probe, endpoint: "unix:///var/run/docker.sock"))
                return try await stage.nextReports(2).last
            }
            #expect(report?.failure?.code == .endpointNotAllowed)
        }
    }
}

extension Report {
    var startedAttempt: AttemptID? {
        if case .started(let reference) = self { reference.attempt } else { nil }
    }

    var again: AgainReason? {
        if case .again(_, let reason) = self { reason } else { nil }
    }

    var failure: WorkError? {
        if case .outcome(_, .failed(let error)) = self { error } else { nil }
    }
}

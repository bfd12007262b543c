import Curl
import FoundationEssentials
import Ledger
import Logging
import Model
import RabbitMQ
import TestServers
import Testing
import Wire

@testable import Engine

/// What operators look at, and what they do about it.
@Suite(.serialized) struct OperatingTests {
    private static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private static func heard(_ site: String, secondsAgo: Double, _ engine: EngineFixture) async throws -> AgentPresence {
        let presence = AgentPresence(
            id: .fresh(), name: "box:1", site: site, driver: .memory, version: "0.1.0", schemas: [1], working: [.fresh()])
        let heartbeat = ReceivedReport(
            site: site, receivedAt: Date().addingTimeInterval(-secondsAgo), report: .heartbeat(presence))
        _ = try await engine.ledger.take([heartbeat])
        return presence
    }

    @Test func agentsAreListedAndHostsWithoutOneAreUnattended() async throws {
        try await EngineFixture.with { engine in
            let host = try await engine.activeHost(attended: false)
            #expect(try await engine.admin("GET", "/v1/hosts/\(host)")["unattended"] == .bool(true))
            _ = try await Self.heard("default", secondsAgo: 45, engine)
            _ = try await Self.heard("elsewhere", secondsAgo: 0, engine)
            #expect(try await engine.admin("GET", "/v1/hosts")["items", "0", "unattended"] == .bool(true))
            let agent = try await Self.heard("default", secondsAgo: 5, engine)
            #expect(try await engine.admin("GET", "/v1/hosts/\(host)")["unattended"] == .bool(false))
            #expect(try await engine.admin("GET", "/v1/hosts")["items", "0", "unattended"] == .bool(false))
            let list = try await engine.admin("GET", "/v1/agents")
            #expect(list["items"]?.items.count == 2)
            #expect(list["items", "1", "id"] == .string(agent.id.description) && list["items", "1", "name"] == .string("box:1"))
            #expect(list["items", "1", "working", "0"] == .string(agent.working[0].description))
            #expect(
                list["items", "1", "site"] == .string(agent.site)
                    && list["items", "1", "driver"] == .string(agent.driver.rawValue))
            #expect(list["items", "1", "version"] == .string(agent.version))
            #expect(list["items", "1", "schemas"]?.items == agent.schemas.map(JSONValue.integer))
            #expect(try await engine.tenant("GET", "/v1/agents").status == 403)
        }
    }

    @Test func deadLettersAreListedAndDiscarded() async throws {
        try await EngineFixture.with { engine in
            for reason in ["unsigned", "tampered"] {
                let letter = DeadLetter(
                    at: Date(), queue: "continuo.reports", reason: reason, detail: "why", headers: .object(["x": .string("y")]),
                    size: 3)
                try await engine.ledger.bury([(letter, [1, 2, 3])])
            }
            let first = try await engine.admin("GET", "/v1/dead-letters?limit=1")
            #expect(first["count"] == .integer(2) && first["items"]?.items.count == 1 && first["next"] != .null)
            #expect(first["items", "0", "headers", "x"] == .string("y") && first["items", "0", "size"] == .integer(3))
            let id = first["items", "0", "id"]?.text ?? ""
            #expect(try await engine.tenant("DELETE", "/v1/dead-letters/\(id)").status == 403)
            #expect(try await engine.admin("DELETE", "/v1/dead-letters/\(id)").status == 204)
            #expect(try await engine.admin("DELETE", "/v1/dead-letters/\(id)").status == 404)
            #expect(try await engine.admin("GET", "/v1/dead-letters")["count"] == .integer(1))
            #expect(try await engine.tenant("GET", "/v1/dead-letters").status == 403)
        }
    }

    @Test func anAttemptSaysWhoTriedWhenAndWhatTheNodeSaid() async throws {
        try await EngineFixture.with { engine in
            _ = try await engine.activeHost()
            let error = WorkError(
                .transient, .nodeFailed, "n1 ended with code 1", node: "n1", log: "opening /data\npermission denied\n")
            let made = try await engine.admin("POST", "/v1/chains", #"{"blueprint":"tiny"}"#)
            try await engine.finish(made["operation"], .failed(error))
            let operation = try await engine.admin("GET", "/v1/operations/\(made["operation", "id"]?.text ?? "")")
            #expect(operation["status"] == .string("retrying") && operation["retryAt"]?.text != nil)
            #expect(operation["attempts"]?.items.count == 1)
            #expect(
                operation["attempts", "0", "number"] == .integer(1) && operation["attempts", "0", "result"] == .string("failed"))
            #expect(operation["attempts", "0", "agent"]?.text.flatMap { AgentID($0) } != nil)
            let times = ["sentAt", "startedAt", "endedAt"].compactMap { operation["attempts", "0", $0]?.text }
            #expect(times.count == 3 && times == times.sorted())
            #expect(operation["attempts", "0", "error"] == operation["error"])
            #expect(
                operation["attempts", "0", "error", "code"] == .string("node-failed")
                    && operation["attempts", "0", "error", "disposition"] == .string("transient"))
            #expect(
                operation["attempts", "0", "error", "message"] == .string(error.message)
                    && operation["attempts", "0", "error", "node"] == .string("n1"))
            #expect(operation["attempts", "0", "error", "log"] == .string("opening /data\npermission denied\n"))
            #expect(operation["attempts", "0", "error", "fingerprint"] == .string(error.fingerprint))
        }
    }

    @Test func aFailedOperationIsRetried() async throws {
        try await EngineFixture.with { engine in
            _ = try await engine.activeHost()
            let made = try await engine.admin("POST", "/v1/chains", #"{"blueprint":"tiny"}"#)
            try await engine.finish(made["operation"], .failed(WorkError(.terminal, .imageMissing, "no such image")))
            let failed = made["operation", "id"]?.text ?? ""
            let again = try await engine.admin("POST", "/v1/operations/\(failed)/retry", once: "k")
            #expect(again.status == 202 && again["kind"] == .string("chain.create") && again["id"] != .string(failed))
            #expect(again.headers["Location"] == "/v1/operations/\(again["id"]?.text ?? "")")
            #expect(try await engine.admin("POST", "/v1/operations/\(failed)/retry", once: "k").json == again.json)
            #expect(try await engine.admin("POST", "/v1/operations/\(failed)/retry").code == "not-retryable")
            #expect(try await engine.tenant("POST", "/v1/operations/\(failed)/retry").status == 403)
            try await engine.finish(again.json)
            #expect(try await engine.admin("GET", "/v1/chains/\(made["id"]?.text ?? "")")["phase"] == .string("running"))
        }
    }

    @Test func anOperationInFlightIsCancelledByItsAgent() async throws {
        try await EngineFixture.with { engine in
            _ = try await engine.activeHost()
            let made = try await engine.admin("POST", "/v1/chains", #"{"blueprint":"tiny"}"#)
            let operation = made["operation", "id"]?.text ?? ""
            let agent = AgentID.fresh()
            let control = Consumer(
                engine.broker, topology: Queues.controlTopology(agent: agent), queue: Queues.control(agent), prefetch: 10,
                name: "test", logger: Self.quiet)
            try await withServices([control]) {
                let heard = try await Self.told(control, engine) {
                    let asked = try await engine.admin("POST", "/v1/operations/\(operation)/cancel")
                    #expect(asked.status == 202 && asked["status"] == .string("sent"))
                }
                #expect(heard == .cancel(try #require(OperationID(operation))))
            }
            try await engine.finish(made["operation"], .failed(WorkError(.cancelled, .cancelled, "asked to stop")))
            #expect(try await engine.admin("GET", "/v1/operations/\(operation)")["status"] == .string("cancelled"))
            #expect(try await engine.admin("POST", "/v1/operations/\(operation)/cancel").code == "operation-over")
        }
    }

    /// Asks until an agent of the site hears of it: a broadcast reaches those alone who listen already.
    private static func told(
        _ control: Consumer, _ engine: EngineFixture, _ ask: @escaping @Sendable () async throws -> Void
    ) async throws -> Control {
        try await withThrowingTaskGroup(of: Control?.self) { group in
            group.addTask {
                for await delivery in control.deliveries {
                    await control.acknowledge([delivery])
                    return try Verifier(site: engine.site).open(
                        delivery.body, headers: delivery.headers, as: Control.self, kind: .control,
                        expectedDestination: Queues.control
                    ).payload
                }
                throw NeverHappened(what: "the agents were told")
            }
            group.addTask {
                while !Task.isCancelled {
                    try await ask()
                    try await Task.sleep(for: .milliseconds(200))
                }
                return nil
            }
            defer { group.cancelAll() }
            while let heard = try await group.next() { if let heard { return heard } }
            throw NeverHappened(what: "the agents were told")
        }
    }

    @Test func whatAnOperationWaitsForIsSaid() async throws {
        try await EngineFixture.with { engine in
            _ = try await engine.activeHost()
            let chain = try await engine.runningChain()
            _ = try await engine.admin("POST", "/v1/chains/\(chain)/stop")
            let waiting = try await engine.admin("POST", "/v1/chains/\(chain)/start")
            #expect(waiting["operation", "waitingFor"] == .string("operation"))
            let id = waiting["operation", "id"]?.text ?? ""
            #expect(try await engine.admin("GET", "/v1/operations/\(id)")["waitingFor"] == .string("operation"))
            let cancelled = try await engine.admin("POST", "/v1/operations/\(id)/cancel")
            #expect(cancelled.status == 200 && cancelled["status"] == .string("cancelled"))
        }
    }
}

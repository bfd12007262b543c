import FoundationEssentials
import Ledger
import Model
import RabbitMQ
import TestServers
import Wire

@testable import Engine

/// An agent's part, played by the test: what it would report goes into the ledger.
extension EngineFixture {
    private static let agent = AgentID.fresh()

    /// Ends the operation's present attempt.
    func finish(_ operation: JSONValue?, _ outcome: Report.Outcome? = nil) async throws {
        let (operation, reference) = try await present(operation)
        let outcome = if let outcome { outcome } else { try await success(of: operation) }
        try await say(.started(reference), .outcome(reference, outcome))
    }

    /// Begins the operation's present attempt.
    func start(_ operation: JSONValue?) async throws {
        try await say(.started(try await present(operation).1))
    }

    private func present(_ operation: JSONValue?) async throws -> (Model.Operation, Report.AttemptReference) {
        let (operation, attempts) = try await ledger.operation(try id(operation))
        guard let attempt = attempts.last else { throw NeverHappened(what: "an attempt was made") }
        return (operation, .init(operation: operation.id, attempt: attempt.id, host: operation.host, agent: Self.agent))
    }

    private func say(_ reports: Report...) async throws {
        _ = try await ledger.take(reports.map { ReceivedReport(site: "default", receivedAt: Date(), report: $0) })
    }

    /// An agent of the site is there, as far as anybody is to know for the next hour.
    func heartbeat() async throws {
        let presence = AgentPresence(
            id: Self.agent, name: "box:1", site: "default", driver: .memory, version: "0.1.0", schemas: [1], working: [])
        _ = try await ledger.take([
            ReceivedReport(site: "default", receivedAt: Date().addingTimeInterval(3600), report: .heartbeat(presence))
        ])
    }

    private func success(of operation: Model.Operation) async throws -> Report.Outcome {
        switch operation.kind {
        case .hostCreate:
            return .probed(
                HostFacts(version: "1", apiVersion: "1", operatingSystem: "linux", architecture: "x", cpus: 1, memoryBytes: 1))
        case .hostDelete, .hostCleanse: return .cleansed
        default: return .converged(try await observed(operation))
        }
    }

    private func observed(_ operation: Model.Operation) async throws -> ObservedChain {
        guard let id = operation.chain else { throw NeverHappened(what: "the operation concerned a chain") }
        let chain = try await ledger.chain(id)
        guard chain.desired.power != .absent else { return ObservedChain(id: id, nodes: [], sequence: operation.sequence) }
        let running = chain.desired.power == .running
        let node = ObservedNode(
            name: "only", state: running ? .running : .exited, health: running ? .healthy : .unknown,
            restarts: chain.desired.restarts(of: "only"), incarnation: chain.desired.incarnation,
            generation: chain.desired.generation, ports: chain.ports, object: "object")
        return ObservedChain(id: id, nodes: [node], sequence: operation.sequence)
    }

    private func id(_ operation: JSONValue?) throws -> OperationID {
        guard case .object(let members) = operation, let id = members["id"]?.text.flatMap({ OperationID($0) }) else {
            throw NeverHappened(what: "there was an operation in the answer")
        }
        return id
    }

    /// Does what the leading watchdog does.
    func lead(_ body: (UUID) async throws -> Void) async throws {
        let leader = UUID()
        _ = try await ledger.holdTerm(leader: leader, for: .seconds(60))
        try await body(leader)
        try await ledger.endTerm(leader: leader)
    }

    static func host(_ name: String = "one", capacity: Int = 3) -> String {
        #"{"name":"\#(name)","driver":"memory","endpoint":"unix:///\#(name)","address":"127.0.0.1","capacity":\#(capacity)}"#
    }

    /// A host that an agent has reached.
    func activeHost(_ name: String = "one", capacity: Int = 3, attended: Bool = true) async throws -> String {
        if attended { try await heartbeat() }
        let answer = try await admin("POST", "/v1/hosts", Self.host(name, capacity: capacity))
        try await finish(answer["operation"])
        return answer["id"]?.text ?? ""
    }

    /// A chain that runs.
    func runningChain() async throws -> String {
        let answer = try await admin("POST", "/v1/chains", #"{"blueprint":"tiny"}"#)
        try await finish(answer["operation"])
        return answer["id"]?.text ?? ""
    }
}

import FoundationEssentials
import Ledger
import Model
import RabbitMQ
import TestServers
import Testing
import Wire

@testable import Watchdog

/// Reports on their way from a real broker into a real ledger.
@Suite(.serialized) struct ReportReaderTests {
    @Test func anOutcomeChangesTheLedger() async throws {
        try await WatchdogFixture.with { world in
            let (host, operation) = try await world.createHost()
            try await world.watching {
                try await world.succeedProbe(operation.id)
                let active = try await eventually("the host is active") {
                    let host = try await world.ledger.host(host.id)
                    return host.status == .active ? host : nil
                }
                #expect(active.facts == WatchdogFixture.facts)
                #expect(try await world.ledger.operation(operation.id).0.status == .succeeded)
            }
        }
    }

    @Test func reportsThatCameWhileNobodyWatchedAreTaken() async throws {
        try await WatchdogFixture.with { world in
            let (_, operation) = try await world.createHost()
            try await world.succeedProbe(operation.id)
            try await world.watching {
                _ = try await eventually("the operation ends") {
                    try await world.ledger.operation(operation.id).0.status == .succeeded ? true : nil
                }
            }
        }
    }

    @Test func whatCantBeBelievedIsSetAside() async throws {
        try await WatchdogFixture.with { world in
            let (_, operation) = try await world.createHost()
            let attempt = try await world.reference(operation.id)
            let proper = try Signer(site: world.site).message(
                .report, to: .reports("default"), site: "default", payload: Report.started(attempt))
            var unsigned = proper
            unsigned.headers = ["some": "thing"]
            var tampered = proper
            tampered.body.append(UInt8(ascii: " "))
            let moved = try Signer(site: world.site).message(
                .report, to: .commands(.memory, "default"), site: "default", payload: Report.started(attempt))
            for var message in [unsigned, tampered, moved] {
                message.exchange = Queues.reportsExchange
                try await world.publish(message)
            }
            // Another site's agents may sign, but not for this host.
            try await world.say(.started(attempt), as: world.other)
            try await world.say(.started(attempt))
            try await world.watching {
                let letters = try await eventually("all others are on record") {
                    let letters = try await world.ledger.deadLetters().items
                    return letters.count == 4 ? letters : nil
                }
                #expect(Set(letters.map(\.reason)) == ["unsigned", "tampered", "wrong-destination", "rejected"])
                #expect(letters.allSatisfy { $0.queue == Queues.reports && $0.size > 0 && $0.detail?.isEmpty == false })
                #expect(letters.first { $0.reason == "unsigned" }?.says("some", "thing") == true)
                _ = try await eventually("the good one is taken") {
                    try await world.ledger.operation(operation.id).0.status == .working ? true : nil
                }
            }
        }
    }

    @Test("a report of a newer schema waits for a newer watchdog, however often it is delivered")
    func newerReportsWait() async throws {
        try await WatchdogFixture.with { world in
            let limit = 2
            try await world.virtualHost.limitDeliveries(to: limit)
            let (_, operation) = try await world.createHost()
            let attempt = try await world.reference(operation.id)
            let newer = try Signer(site: world.site).message(
                .report, to: .reports("default"), site: "default", payload: Report.started(attempt), schema: 99)
            try await world.publish(newer)
            for _ in 0...limit + 1 { try await world.watching { try await world.takesAnotherReport() } }
            let copy = try await world.receive(from: Queues.reports) { $0.body == newer.body ? $0 : nil }
            #expect(copy.headers == newer.headers && !copy.redelivered)
            #expect(try await world.ledger.deadLetters().items.isEmpty)
        }
    }
}

extension WatchdogFixture {
    /// Reports come in order: what was there before has been taken or turned away when this one is in the ledger.
    fileprivate func takesAnotherReport() async throws {
        let agent = AgentID.fresh()
        try await say(
            .heartbeat(
                AgentPresence(
                    id: agent, name: "agent", site: "default", driver: .memory, version: "1", schemas: [1], working: [])))
        _ = try await eventually("the heartbeat is in the ledger") {
            try await ledger.liveAgents().contains { $0.presence.id == agent } ? true : nil
        }
    }
}

extension DeadLetter {
    fileprivate func says(_ header: String, _ text: String) -> Bool {
        guard case .object(let headers) = headers else { return false }
        return headers[header] == .string(text)
    }
}

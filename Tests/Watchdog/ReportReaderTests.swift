import FoundationEssentials
import Ledger
import Model
import PostgreSQL
import RabbitMQ
import ServiceLifecycle
import Synchronization
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

extension ReportReaderTests {
    @Test("a watchdog that has never reached its ledger keeps no reports from others", .timeLimit(.minutes(2)))
    func reportsAreLeftToOthersBeforeTheLedgerAnswers() async throws {
        try await WatchdogFixture.with { world in
            let nowhere = try DatabaseConfiguration(url: "postgresql://127.0.0.1:1/nowhere")
            let watchdog = Watchdog(
                Watchdog.Configuration(database: nowhere, broker: world.broker, root: world.root), logger: WatchdogFixture.quiet)
            try await withServices(watchdog.services) {
                for case let consumer as Consumer in watchdog.services {
                    for await state in consumer.states where state == .connected { break }
                }
                try await world.beat(.fresh())
                #expect(try await world.receive(from: Queues.reports) { !$0.redelivered })
            }
        }
    }

    @Test("reports that the ledger does not take go back, for another watchdog, and are taken again when it is back")
    func reportsOfAnAwayLedgerGoBack() async throws {
        try await WatchdogFixture.with { world in
            let consumer = Consumer(
                world.broker, topology: Queues.topology(), queue: Queues.reports, prefetch: 10, name: "reader",
                logger: WatchdogFixture.quiet)
            let pool = PostgreSQL.Pool(world.database, size: 1, waitLimit: .seconds(60), logger: WatchdogFixture.quiet)
            let reader = try await world.reader(consumer, RelayBell(pool: pool, logger: WatchdogFixture.quiet))
            try await pool.session { try $0.script("ALTER TABLE agents RENAME TO agents_away") }
            try await withServices([pool, consumer, reader]) {
                for await state in consumer.states where state == .connected { break }
                let sent = (0..<3).map { _ in AgentID.fresh() }
                for agent in sent { try await world.beat(agent) }
                let others = Mutex<[Delivery]>([])
                let received = try await world.receive(from: Queues.reports) { delivery in
                    others.withLock { others in
                        others.append(delivery)
                        return others.count == sent.count ? others : nil
                    }
                }
                let first = received.first { String(decoding: $0.body, as: UTF8.self).contains(sent[0].description) }
                #expect(first?.redelivered == true)
                try await pool.session { try $0.script("ALTER TABLE agents_away RENAME TO agents") }
                try await world.takesAnotherReport()
            }
        }
    }
}

/// A reader that runs alone, without a watchdog's clocks.
private struct LoneReader: Service {
    let reader: ReportReader

    func run() async throws { await reader.run() }
}

extension WatchdogFixture {
    /// An impatient one.
    fileprivate func reader(_ consumer: Consumer, _ bell: RelayBell) async throws -> any Service {
        let installation = try await ledger.installation()
        let term = Term(
            ledger: ledger, publisher: publisher, signer: Signer(root: root, installation: installation), leader: UUID(),
            logger: Self.quiet)
        return LoneReader(
            reader: ReportReader(
                ledger: ledger, consumer: consumer,
                desk: ReportDesk(verifier: Verifier(root: root, installation: installation)), term: term,
                deadLetters: DeadLetters(publisher: publisher, logger: Self.quiet), bell: bell, logger: Self.quiet,
                patience: .milliseconds(500)))
    }

    fileprivate func beat(_ agent: AgentID) async throws {
        try await say(
            .heartbeat(
                AgentPresence(
                    id: agent, name: "agent", site: "default", driver: .memory, version: "1", schemas: [1], working: [])))
    }

    /// Reports come in order: what was there before has been taken or turned away when this one is in the ledger.
    fileprivate func takesAnotherReport() async throws {
        let agent = AgentID.fresh()
        try await beat(agent)
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

import FoundationEssentials
import Ledger
import Model
import PostgreSQL
import Testing

@Suite struct ReportTests {
    @Test func aReportIsBelievedOnlyFromTheHostsSiteAndAboutWhatIsKnown() async throws {
        try await World.with { world in
            _ = try await world.activeHost()
            _ = try await world.createChain()
            let command = try await world.receiveOne()
            let good = world.reference(command)
            var strangeOperation = good
            strangeOperation.operation = .fresh()
            var strangeHost = good
            strangeHost.host = .fresh()
            let presence = AgentPresence(
                id: .fresh(), name: "a", site: "other", driver: .memory, version: "1", schemas: [1], working: [])
            let reports: [(String, Report)] = [
                ("default", .started(good)), ("other", .started(good)), ("default", .started(strangeOperation)),
                ("default", .started(strangeHost)), ("default", .heartbeat(presence)),
                ("default", .outcome(good, .probed(World.facts))),
            ]
            let rejected = try await world.ledger.take(
                reports.map { ReceivedReport(site: $0, receivedAt: world.time.now, report: $1) })
            #expect(rejected.map(\.index).sorted() == [1, 2, 3, 4, 5])
            #expect(try await world.status(command.operation.id) == .working)
        }
    }

    @Test func onlyTheCulpritOfABatchIsTurnedAway() async throws {
        try await World.with { world in
            let host = try await world.activeHost()
            try await world.pool.session { try $0.script("ALTER TABLE agents ADD CHECK (name <> 'culprit')") }
            _ = try await world.createChain(on: host)
            let command = try await world.receiveOne()
            func heartbeat(_ name: String) -> Report {
                .heartbeat(
                    AgentPresence(
                        id: .fresh(), name: name, site: "default", driver: .memory, version: "1", schemas: [1], working: []))
            }
            let rejected = try await world.take(
                heartbeat("good"), .started(world.reference(command)), heartbeat("culprit"), heartbeat("also\u{0} good"))
            #expect(rejected.map(\.index) == [2])
            #expect(try await world.status(command.operation.id) == .working)
            let heard = try await world.ledger.agents(heardSince: world.time.now)
            #expect(Set(heard.map(\.presence.name)) == ["agent", "good", "also good"])
        }
    }

    @Test func reportsWithoutADatabaseAreToBeGivenAgain() async throws {
        try await World.with { world in
            await world.pool.close()
            let failure = await error { try await world.heartbeat() }
            if case .unavailable = failure {} else { Issue.record("got \(String(describing: failure))") }
        }
    }

    @Test func textsFromHostsAreMadeSafe() async throws {
        try await World.with { world in
            _ = try await world.activeHost()
            let (chain, _) = try await world.createChain()
            let command = try await world.receiveOne()
            let work = try #require(command.work)
            var seen = World.seen(work)
            seen.nodes[0].health = .unhealthy
            seen.nodes[0].detail = "a\u{0}b \\u0000 \"c\"\n"
            #expect(
                try await world.take(.progress(world.reference(command), Progress(done: 1, total: 2, step: "\u{0}pull"))).isEmpty)
            #expect(try await world.ledger.operation(command.operation.id).0.progress?.step == "pull")
            #expect(try await world.take(.outcome(world.reference(command), .converged(seen))).isEmpty)
            let stored = try await world.ledger.chain(chain.id)
            #expect(stored.nodes[0].detail == "ab \\u0000 \"c\"\n")
            #expect(stored.health == .unhealthy && stored.healthDetail == "n1: ab \\u0000 \"c\"\n")
        }
    }

    @Test func theExpiryOfCertificatesIsKept() async throws {
        try await World.with { world in
            _ = try await world.activeHost()
            let (chain, _) = try await world.createChain()
            #expect(try await world.ledger.chain(chain.id).certificatesExpireAt == nil)
            let command = try await world.receiveOne()
            var seen = World.seen(try #require(command.work))
            seen.certificatesExpireAt = 1_900_000_000
            #expect(try await world.take(.outcome(world.reference(command), .converged(seen))).isEmpty)
            #expect(try await world.ledger.chain(chain.id).certificatesExpireAt == Date(timeIntervalSince1970: 1_900_000_000))
        }
    }

    @Test func aCommandThatCameBackUnactedIsSentAfresh() async throws {
        try await World.with { world in
            _ = try await world.activeHost()
            let (_, create) = try await world.createChain()
            let first = try await world.receiveOne()
            #expect(try await world.take(.again(world.reference(first), .redelivered)).isEmpty)
            let second = try await world.receiveOne()
            #expect(second.attempt.number == 2 && second.operation.charged == 0)
            // The first copy's words come too late, and change nothing.
            try await world.start(first)
            #expect(try await world.status(create.id) == .sent)
            try await world.start(second)
            #expect(try await world.take(.again(world.reference(second), .givenBack)).isEmpty)
            let third = try await world.receiveOne()
            try await world.finish(third)
            let (operation, attempts) = try await world.ledger.operation(create.id)
            #expect(operation.status == .succeeded && operation.charged == 0)
            #expect(attempts.map(\.result) == [.again, .again, .succeeded])
        }
    }

    @Test func aLostAgentCostsAnAttemptAndTheThirdIsPoison() async throws {
        try await World.with { world in
            _ = try await world.activeHost()
            let (chain, create) = try await world.createChain()
            for lost in 1...3 {
                let command = try await world.receiveOne()
                try await world.heartbeat()
                try await world.start(command)
                #expect(try await world.ledger.closeLostAttempts(as: world.leader) == 0)
                world.time.move(41)
                #expect(try await world.ledger.closeLostAttempts(as: world.leader) == 1)
                #expect(try await world.ledger.operation(create.id).0.agentsLost == lost)
                world.time.move(100)
                #expect(try await world.ledger.sendDueRetries(as: world.leader) == (lost < 3 ? 1 : 0))
            }
            let (operation, _) = try await world.ledger.operation(create.id)
            #expect(operation.status == .failed && operation.error?.code == .poison)
            #expect(try await world.ledger.chain(chain.id).phase == .failed)
            let letter = try #require(try await world.ledger.deadLetters().items.first)
            #expect(letter.reason == "poison" && letter.detail == operation.error?.message)
            guard case .object(let headers) = letter.headers else { throw Unexpected("no headers") }
            #expect(headers["operation"] == .string(create.id.description))
        }
    }

    @Test func anAttemptThatLastsTooLongEndsAndKeepsLaterGenerationsWaiting() async throws {
        try await World.with { world in
            _ = try await world.activeHost()
            let (chain, create) = try await world.createChain()
            let command = try await world.receiveOne()
            try await world.start(command)
            world.time.move(20 * 60 + 1)
            try await world.heartbeat()
            #expect(try await world.ledger.closeLostAttempts(as: world.leader) == 1)
            let (operation, attempts) = try await world.ledger.operation(create.id)
            #expect(operation.status == .retrying && operation.charged == 0 && attempts[0].result == .unfinished)
            // Its agent lives and may still act: a new generation has to wait.
            let stop = try await world.ledger.request(.stop, chain: chain.id).operation
            #expect(try await world.status(stop.id) == .queued)
            #expect(try await world.ledger.waitingFor([stop.id]) == [stop.id: .term])
            #expect(try await world.ledger.dispatchWaiting(as: world.leader) == 0)
            // The end of that attempt, at last, lets it go.
            try await world.finish(command)
            #expect(try await world.status(create.id) == .superseded)
            #expect(try await world.status(stop.id) == .sent)
        }
    }

    @Test func aLostAgentsWorkYieldsToALaterOperation() async throws {
        try await World.with { world in
            _ = try await world.activeHost()
            let (chain, create) = try await world.createChain()
            let command = try await world.receiveOne()
            try await world.heartbeat()
            try await world.start(command)
            let stop = try await world.ledger.request(.stop, chain: chain.id).operation
            world.time.move(41)
            #expect(try await world.ledger.closeLostAttempts(as: world.leader) == 1)
            #expect(try await world.status(create.id) == .superseded)
            // Silent for that long, the agent certainly acts no more.
            #expect(try await world.status(stop.id) == .sent)
        }
    }

    @Test func whatCountsIsTheOutcomeOfTheLatestAttempt() async throws {
        try await World.with { world in
            _ = try await world.activeHost()
            let (_, create) = try await world.createChain()
            let first = try await world.receiveOne()
            try await world.start(first)
            #expect(try await world.take(.again(world.reference(first), .redelivered)).isEmpty)
            #expect(try await world.status(create.id) == .retrying)
            world.time.move(60)
            #expect(try await world.ledger.sendDueRetries(as: world.leader) == 1)
            let second = try await world.receiveOne()
            try await world.finish(first, WorkError(.terminal, .badPlan, "late"))
            #expect(try await world.status(create.id) == .sent)
            try await world.finish(second)
            try await world.finish(second, WorkError(.terminal, .badPlan, "twice"))
            #expect(try await world.status(create.id) == .succeeded)
        }
    }

    @Test func batchesOfSeveralWatchdogsDoNotStandInEachOthersWay() async throws {
        try await World.with(size: 8) { world in
            for number in 0..<3 { _ = try await world.activeHost("h\(number)", capacity: 10, parallel: 10) }
            for _ in 0..<30 { _ = try await world.createChain() }
            let commands = try await world.receive()
            #expect(commands.count == 30)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for slice in 0..<6 {
                    let mine = commands.enumerated().filter { $0.offset % 6 == slice }.map(\.element)
                    group.addTask {
                        let reports = mine.shuffled().flatMap { command in
                            [
                                Report.started(world.reference(command)),
                                .outcome(world.reference(command), World.success(command)),
                            ]
                        }
                        let rejected = try await world.ledger.take(
                            reports.map { ReceivedReport(site: "default", receivedAt: world.time.now, report: $0) })
                        #expect(rejected.isEmpty)
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await world.count("chains WHERE phase = 'running' AND health = 'healthy'") == 30)
        }
    }
}

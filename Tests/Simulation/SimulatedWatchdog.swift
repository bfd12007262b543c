import FoundationEssentials
import Model

@testable import Ledger

/// A watchdog: reports in its hands, its term as leader and what it may judge.
struct SimulatedWatchdog {
    /// New with every start.
    var id: UUID
    var holding: [ReportCopy] = []
    /// SIGSTOP until then; the broker takes its connection for dead before.
    var pausedUntil = 0.0
    var cutAt = 0.0
    var leadsUntil = 0.0
    var nextRenewal = 0.0
    var judge = SilenceJudge<Instant>()
    var losses = LossJudge<Instant>()
}

extension World {
    /// One thing that a watchdog does.
    func watchdogStep(_ index: Int) throws {
        if now < watchdogs[index].pausedUntil { return cutIfSilent(index) }
        if faults, chance.happens(3) { return disturb(watchdog: index) }
        if now >= watchdogs[index].nextRenewal { return try renew(index) }
        if !watchdogs[index].holding.isEmpty { return try takeReports(index) }
        if !broker.reports.isEmpty, chance.happens(70) { return receive(watchdog: index) }
        try clock(index)
    }

    private func cutIfSilent(_ index: Int) {
        if now >= watchdogs[index].cutAt { giveBackReports(index) }
    }

    private func giveBackReports(_ index: Int) {
        broker.reports.insert(contentsOf: watchdogs[index].holding, at: 0)
        watchdogs[index].holding = []
    }

    private func disturb(watchdog index: Int) {
        giveBackReports(index)
        if chance.happens(50) {
            say("watchdog \(index) restarts")
            watchdogs[index] = SimulatedWatchdog(id: uuid())
        } else {
            watchdogs[index].pausedUntil = now + Double(chance.below(40))
            watchdogs[index].cutAt = now + 15
            say("watchdog \(index) is paused until \(Int(watchdogs[index].pausedUntil)) s")
        }
    }

    private func renew(_ index: Int) throws {
        watchdogs[index].nextRenewal = now + 3
        watchdogs[index].judge.compare(instant, with: wall)
        let id = watchdogs[index].id
        guard tables.leader.map({ $0.id == id || $0.until <= wall }) ?? true else {
            watchdogs[index].leadsUntil = 0
            return
        }
        tables.leader = (id, wall.addingTimeInterval(10))
        if watchdogs[index].leadsUntil <= now {
            watchdogs[index].judge.began()
            say("watchdog \(index) leads")
        }
        watchdogs[index].leadsUntil = now + 8
        let marker = watchdogs[index].judge.nextMarker(at: instant)
        if publication() == .confirmed { broker.reports.append(.marker(id, marker)) }
    }

    private func receive(watchdog index: Int) {
        let count = min(broker.reports.count, 1 + chance.below(8))
        for _ in 0..<count {
            let copy = broker.reports.remove(at: faults ? chance.below(min(3, broker.reports.count)) : 0)
            if case .marker(let leader, let number) = copy {
                if leader == watchdogs[index].id { watchdogs[index].judge.cameBack(marker: number) }
            } else {
                watchdogs[index].holding.append(copy)
            }
        }
    }

    /// Commit, then acknowledge: when it dies between the two, or hears no answer, the reports are taken twice.
    private func takeReports(_ index: Int) throws {
        let reports = watchdogs[index].holding.compactMap { copy -> Report? in
            if case .report(let report) = copy { report } else { nil }
        }
        let numbered = reports.enumerated().map { number, report in
            NumberedReport(
                index: number,
                received: ReceivedReport(site: "default", receivedAt: wall, report: report, digest: report.digest))
        }
        let answer = try transact("watchdog \(index) takes \(reports.map(\.word).joined(separator: ", "))") {
            try $0.take(numbered)
        }
        switch answer {
        case .done(let rejected):
            if !rejected.isEmpty { throw Violation(description: "reports were turned away: \(rejected)") }
            watchdogs[index].holding = []
        case .refused: throw Violation(description: "reports were refused")
        case .unknown: break
        }
    }

    private func clock(_ index: Int) throws {
        guard now < watchdogs[index].leadsUntil else { return }
        let leader = watchdogs[index].id
        func pass(_ name: String, _ body: (Book) throws -> Int) throws {
            _ = try transact("\(name) by watchdog \(index)") { book in
                guard try book.store.holdsTerm(leader) else { throw LedgerError.notLeading }
                return try body(book)
            }
        }
        switch chance.below(10) {
        case 0: try pass("retries") { try $0.fillWindows(with: .retrying($0.now), limit: 500) }
        case 1: try pass("waiting") { try $0.fillWindows(with: .queued, limit: 500) }
        case 2: try pass("pools") { try $0.fillPools(limit: 500) }
        case 3: try pass("expiry") { try $0.expireLeases(limit: 500) }
        case 6: try pass("probes") { try $0.probeAgain(limit: 500) }
        case 4: try pass("failed chains") { try $0.replaceFailed(limit: 500) }
        case 5:
            watchdogs[index].judge.compare(instant, with: wall)
            guard watchdogs[index].judge.mayJudge(at: instant) else { return }
            try pass("lost attempts") { try $0.closeLostAttempts(silence: 40, limit: 500) }
        case 7: try pass("orphans") { try $0.sweepOrphans(grace: Self.orphanGrace, limit: 500) }
        case 8: try findLost(index)
        default: try look(as: leader)
        }
    }

    /// As the ledger finds what is missing, and the broker what is in the queue.
    private func findLost(_ index: Int) throws {
        watchdogs[index].judge.compare(instant, with: wall)
        let mayJudge = watchdogs[index].judge.mayJudge(at: instant)
        let isEmpty = broker.commands.isEmpty
        let missing = mayJudge && isEmpty ? missingCommands() : []
        let lost = watchdogs[index].losses.judge(missing: missing.map(\.attempt), at: instant)
        guard !lost.isEmpty else { return }
        let leader = watchdogs[index].id
        _ = try transact("\(lost.count) lost commands are sent again by watchdog \(index)") { book in
            guard try book.store.holdsTerm(leader) else { throw LedgerError.notLeading }
            return try book.sendAgain(missing.filter { lost.contains($0.attempt) })
        }
    }

    private func missingCommands() -> [MissingCommand] {
        let busy = Set(tables.working.values.flatMap { wall.timeIntervalSince($0.at) < 40 ? $0.operations : [] })
        return tables.work.values.compactMap { entry in
            let operation = entry.operation
            guard operation.status == .sent, let attempt = entry.attempts.last, attempt.startedAt == nil,
                attempt.endedAt == nil, wall.timeIntervalSince(attempt.sentAt) >= 10, !busy.contains(operation.id),
                !tables.outbox.contains(where: { $0.attempt.id == attempt.id })
            else { return nil }
            return MissingCommand(
                attempt: attempt.id, operation: operation.id, host: operation.host, driver: .memory, site: "default")
        }.sorted { $0.attempt.description < $1.attempt.description }
    }

    /// Asks, and an agent looks and answers at once or later; the answer may be lost.
    private func look(as leader: UUID) throws {
        let answer = try transact("looks are asked for") { book in
            guard try book.store.holdsTerm(leader) else { throw LedgerError.notLeading }
            return try book.store.claimLooks(askedBefore: book.now.addingTimeInterval(-90), at: book.now, limit: 500)
        }
        guard case .done(let requests) = answer else { return }
        for request in requests where !faults || chance.happens(90) {
            let isReachable = hosts[request.host.id]?.isReachable ?? false
            let chains = (hosts[request.host.id]?.chains ?? [:])
                .map { $1.observed($0) }
                .filter { !$0.nodes.isEmpty }
                .sorted { $0.id.description < $1.id.description }
            let result: Report.Observation.Result =
                isReachable
                ? .seen(HostObservation(chains: chains))
                : .failed(WorkError(.transient, .hostUnreachable, "no answer"))
            let observation = Report.Observation(
                host: request.host.id, number: request.number, asOf: request.asOf, result: result)
            _ = publish(.observation(observation))
        }
    }
}

extension Report {
    fileprivate var digest: String {
        if case .observation(let observation) = self { "\(observation.result.hashValue)" } else { "" }
    }

    fileprivate var word: String {
        switch self {
        case .heartbeat: "heartbeat"
        case .started(let reference): "started \(reference.attempt.description.suffix(4))"
        case .progress: "progress"
        case .outcome(let reference, .failed(let error)): "\(error.code.rawValue) \(reference.attempt.description.suffix(4))"
        case .outcome(let reference, _): "success \(reference.attempt.description.suffix(4))"
        case .again(let reference, let reason): "again \(reason) \(reference.attempt.description.suffix(4))"
        case .observation(let observation): "observation \(observation.number)"
        }
    }
}

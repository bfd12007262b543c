import FoundationEssentials
import Model

@testable import Ledger

/// A command on the road.
struct Command {
    var operation: OperationID
    var attempt: AttemptID
    var host: HostID
    /// `nil` for work on the host itself.
    var work: ChainWork?
    var isCleansing: Bool
    /// What a sweep removes.
    var orphans: [Orphan]
    var isRepeat: Bool
}

struct CommandCopy {
    var id: Int
    var command: Command
    var redelivered = false
}

enum ReportCopy {
    case report(Report)
    case marker(UUID, Int)
}

/// Two queues. Publishing may be lost before the confirm, or confirmed in vain.
struct Broker {
    var commands: [CommandCopy] = []
    var reports: [ReportCopy] = []
    private var lastCopy = 0

    mutating func enqueue(_ command: Command) {
        lastCopy += 1
        commands.append(CommandCopy(id: lastCopy, command: command))
    }
}

enum Publication {
    case confirmed
    /// It may have arrived.
    case unknown
    /// It certainly did not.
    case unsent
}

extension World {
    func publish(_ report: Report) -> Bool {
        switch publication() {
        case .confirmed: broker.reports.append(.report(report))
        case .unknown:
            if chance.happens(50) { broker.reports.append(.report(report)) }
            return false
        case .unsent: return false
        }
        return true
    }

    func publication() -> Publication {
        guard faults else { return .confirmed }
        let roll = chance.below(100)
        return roll < 86 ? .confirmed : roll < 95 ? .unknown : .unsent
    }
}

/// A process that carries commands from the outbox to the broker; it may die at any point and forget what it had claimed.
struct Relay {
    var claimed: [(row: Tables.OutboxRow, command: Command)] = []
    var claimedAt = 0.0
    var published: [Int] = []
    var unpublished: [Int] = []
}

extension World {
    private static var claim: Double { 10 }
    /// Seconds that objects which are nobody's stay.
    static var orphanGrace: Double { 60 }

    /// Claims, publishes one command, or marks what was published: the next of these that there is to do.
    func relayStep(_ index: Int) {
        if faults, chance.happens(4) {
            say("relay \(index) dies with \(relays[index].claimed.count) claimed")
            relays[index] = Relay()
        } else if !relays[index].claimed.isEmpty {
            publishNext(index)
        } else if !relays[index].published.isEmpty || !relays[index].unpublished.isEmpty {
            mark(index)
        } else {
            claimRows(index)
        }
    }

    private func claimRows(_ index: Int) {
        for (position, row) in tables.outbox.enumerated() where row.claimedUntil.map({ $0 <= wall }) ?? true {
            tables.outbox[position].claimedUntil = wall.addingTimeInterval(Self.claim)
            tables.outbox[position].claims += 1
            guard let command = command(of: tables.outbox[position]) else { continue }
            relays[index].claimed.append((tables.outbox[position], command))
        }
        relays[index].claimedAt = now
        if !relays[index].claimed.isEmpty { say("relay \(index) claims \(relays[index].claimed.count)") }
    }

    private func command(of row: Tables.OutboxRow) -> Command? {
        guard let entry = tables.work[row.attempt.operation] else { return nil }
        let chain = entry.operation.chain.flatMap { tables.chains[$0]?.chain }
        return Command(
            operation: entry.operation.id, attempt: row.attempt.id, host: entry.operation.host,
            work: chain.map { $0.work(entry.now.desired ?? $0.desired, sequence: entry.operation.sequence) },
            isCleansing: entry.operation.kind == .hostDelete || entry.operation.kind == .hostSweep,
            orphans: entry.operation.kind == .hostSweep ? tables.objectsToSweep(entry.operation, grace: Self.orphanGrace) : [],
            isRepeat: row.claims > 1)
    }

    private func publishNext(_ index: Int) {
        let (row, command) = relays[index].claimed.removeFirst()
        // A relay that is late publishes nothing: its claim is another's by now.
        guard now - relays[index].claimedAt < 7 else { return }
        let outcome = publication()
        let arrives = outcome == .confirmed || (outcome == .unknown && chance.happens(50))
        if arrives { broker.enqueue(command) }
        if outcome == .confirmed { relays[index].published.append(row.id) }
        if outcome == .unsent { relays[index].unpublished.append(row.id) }
        say(
            "relay \(index) publishes \(name(command)): \(outcome)\(command.isRepeat ? ", repeat" : "")\(arrives ? "" : ", lost")"
        )
    }

    private func mark(_ index: Int) {
        let (published, unpublished) = (relays[index].published, relays[index].unpublished)
        tables.outbox.removeAll { published.contains($0.id) }
        for position in tables.outbox.indices where unpublished.contains(tables.outbox[position].id) {
            tables.outbox[position].claims -= 1
            tables.outbox[position].claimedUntil = wall.addingTimeInterval(1)
        }
        relays[index] = Relay()
    }

    func name(_ command: Command) -> String {
        guard let entry = tables.work[command.operation] else { return "?" }
        let number = entry.attempts.first { $0.id == command.attempt }?.number ?? 0
        return "\(entry.operation.kind.rawValue) #\(entry.operation.sequence).\(number)"
    }
}

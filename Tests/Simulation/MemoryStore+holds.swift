import FoundationEssentials
import Model

@testable import Ledger

extension MemoryStore {
    func chainsAhead(_ observed: [(host: HostID, chains: [ObservedChain])]) throws -> [HostID: Set<ChainID>] {
        try burn()
        return Dictionary(
            uniqueKeysWithValues: observed.map { host, chains in
                (host, Set(chains.filter { tables.isAhead($0, on: host) }.map(\.id)))
            })
    }

    func isHeld(_ host: HostID) throws -> Bool {
        try burn()
        return tables.holds.contains { $0.host == host && $0.liftedAt == nil }
    }

    func hold(_ id: HoldID) throws -> Hold? {
        try burn()
        return tables.holds.first { $0.id == id }
    }

    func lift(_ hold: Hold) throws {
        try burn()
        for index in tables.holds.indices where tables.holds[index].id == hold.id { tables.holds[index] = hold }
        for index in tables.orphans.indices where tables.orphans[index].host == hold.host {
            tables.orphans[index].firstSeenAt = hold.liftedAt ?? tables.orphans[index].firstSeenAt
        }
    }

    func hostsToSweep(orphanedSince time: Date, restingFrom lately: ClosedRange<Date>, limit: Int) throws -> [HostID] {
        try burn()
        guard tables.holds.allSatisfy({ $0.liftedAt != nil }) else { return [] }
        let hosts = Set(tables.orphans.filter { $0.firstSeenAt <= time }.map(\.host)).filter { host in
            tables.hosts[host]?.entry.host.status == .active
                && !tables.work.values.contains {
                    $0.operation.host == host && $0.operation.chain == nil && $0.operation.endedAt.map(lately.contains) ?? true
                }
        }
        return hosts.sorted { $0.description < $1.description }
    }
}

extension Tables {
    /// As in SQL.
    func isAhead(_ seen: ObservedChain, on host: HostID) -> Bool {
        let number = seen.sequence
        let letsPass = holds.contains { $0.host == host && $0.liftedAt != nil && number <= $0.hostSequence }
        if letsPass { return false }
        let operations = work.values.map(\.operation)
        if let operation = operations.first(where: { $0.sequence == number }) { return operation.chain != seen.id }
        return number > operations.map(\.sequence).max() ?? 0
            || holds.contains { number > $0.ledgerSequence && number <= $0.hostSequence }
    }

    mutating func replaceOrphans(on host: HostID, by seen: [Orphan]) {
        let before = orphans.filter { $0.host == host }
        orphans.removeAll { $0.host == host }
        orphans += seen.map { orphan in
            var orphan = orphan
            orphan.firstSeenAt = before.first { $0.chain == orphan.chain }?.firstSeenAt ?? orphan.firstSeenAt
            return orphan
        }
    }

    mutating func hold(_ id: HoldID, _ host: HostID, _ chains: [ChainID: SeenAhead], _ now: Date) {
        let highest = chains.values.map(\.sequence).max() ?? 0
        let given = work.values.map(\.operation.sequence).max() ?? 0
        raiseSequence(above: highest)
        if let index = holds.firstIndex(where: { $0.host == host && $0.liftedAt == nil }) {
            holds[index].hostSequence = max(holds[index].hostSequence, highest)
            holds[index].chains.merge(chains) { $1 }
        } else {
            holds.append(
                Hold(id: id, host: host, at: now, ledgerSequence: given, hostSequence: highest, chains: chains))
        }
    }

    /// What the command of a sweep removes: what had been nobody's for the grace period when it was asked for.
    func objectsToSweep(_ operation: Model.Operation, grace: Double) -> [Orphan] {
        guard holds.allSatisfy({ $0.liftedAt != nil }) else { return [] }
        return orphans.filter {
            $0.host == operation.host && $0.firstSeenAt <= operation.createdAt.addingTimeInterval(-grace)
        }
    }
}

import FoundationEssentials
import Model

extension Book {
    /// Puts back what differs from what is stored.
    func write() throws {
        let changes = changes()
        guard !changes.isEmpty else { return }
        let sequences = try store.store(changes)
        for (entry, sequence) in zip(changes.newWork, sequences) {
            work[entry.operation.id]?.now.record.operation.sequence = sequence
        }
        settle()
    }

    private func changes() -> BookChanges {
        var changes = BookChanges(
            sent: sent, sentAgain: sentAgain, arrived: work.values.flatMap(\.arrivedAttempts), records: records,
            afterwards: afterwards)
        noteHosts(&changes)
        noteChains(&changes)
        noteWork(&changes)
        noteAttempts(&changes)
        return changes
    }

    /// From now on what is here is what is stored.
    private func settle() {
        for (id, entry) in hosts { hosts[id]?.stored = entry.now }
        for (id, entry) in chains { chains[id]?.stored = entry.now }
        for (id, entry) in leases { leases[id]?.stored = entry.lease }
        for (id, entry) in work { work[id]?.stored = entry.now }
        sent = []
        sentAgain = []
        records = []
        afterwards = []
    }

    private func noteHosts(_ changes: inout BookChanges) {
        changes.newHosts = hosts.values.filter { $0.stored == nil }.map(\.host)
        changes.hosts = hosts.values.filter { $0.stored != nil && $0.stored != $0.now }.map(\.now)
    }

    private func noteChains(_ changes: inout BookChanges) {
        let changedLeases = leases.values.filter { $0.stored != $0.lease }
        changes.endedLeases = changedLeases.filter { $0.lease.status == .ended }
        changes.leases = changedLeases.filter { $0.lease.status != .ended }
        changes.newChains = chains.values.filter { $0.stored == nil }.map(\.now)
        changes.chains = chains.values.filter { $0.stored != nil && $0.stored != $0.now }.map(\.now)
    }

    private func noteWork(_ changes: inout BookChanges) {
        changes.newWork = work.values.filter { $0.stored == nil }.sorted {
            $0.operation.id.description < $1.operation.id.description
        }
        changes.work = work.values
            .filter { $0.stored != nil }
            .filter { $0.stored.map(\.record.operation) != $0.operation || $0.stored?.desired != $0.now.desired }
            .sorted { $0.operation.writesBefore($1.operation) }
    }

    private func noteAttempts(_ changes: inout BookChanges) {
        for entry in work.values {
            let stored = Dictionary(uniqueKeysWithValues: (entry.stored?.record.attempts ?? []).map { ($0.id, $0) })
            for attempt in entry.attempts where stored[attempt.id] != attempt {
                if stored[attempt.id] != nil {
                    changes.attempts.append(attempt)
                } else {
                    changes.newAttempts.append(
                        NewAttempt(attempt: attempt, chain: entry.operation.chain, generation: entry.generations[attempt.id]))
                }
            }
        }
    }
}

extension WorkEntry {
    /// Attempts that an agent has answered since they were loaded.
    fileprivate var arrivedAttempts: [AttemptID] {
        let waiting = Set((stored?.record.attempts ?? []).filter { $0.startedAt == nil && $0.endedAt == nil }.map(\.id))
        return
            attempts
            .filter { waiting.contains($0.id) && ($0.startedAt != nil || $0.endedAt != nil) }
            .map(\.id)
    }
}

extension Operation {
    fileprivate func writesBefore(_ other: Operation) -> Bool {
        status.hasEnded != other.status.hasEnded ? status.hasEnded : sequence < other.sequence
    }
}

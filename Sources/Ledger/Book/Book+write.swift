import FoundationEssentials
import Model
import PostgreSQL

extension Book {
    /// Puts back what differs from what is stored.
    func write() throws {
        let newWork = work.values.filter { $0.stored == nil }.map(\.operation.id).sorted { $0.description < $1.description }
        var statements = try hostStatements() + leaseStatements(ended: true) + newChains() + leaseStatements(ended: false)
        statements += try changedChains() + changedWork()
        let firstInsertion = statements.count
        statements += try newWork.map { id in
            let entry = try operation(id)
            return try entry.operation.insertion(desired: entry.now.desired)
        }
        statements += try attemptStatements() + outboxStatements() + afterwards
        guard !statements.isEmpty else { return }
        let results = try session.pipeline(statements)
        for (offset, id) in newWork.enumerated() {
            work[id]?.now.record.operation.sequence = try results[firstInsertion + offset][0].decode("sequence")
        }
        settle()
    }

    /// From now on what is here is what is stored.
    private func settle() {
        for (id, entry) in hosts { hosts[id]?.stored = entry.now }
        for (id, entry) in chains { chains[id]?.stored = entry.now }
        for (id, entry) in leases { leases[id]?.stored = entry.lease }
        for (id, entry) in work { work[id]?.stored = entry.now }
        sent = []
        afterwards = []
    }

    private func hostStatements() throws -> [Statement] {
        try hosts.values
            .filter { $0.stored != $0.now }
            .map { try $0.stored == nil ? $0.host.insertion() : $0.now.update() }
    }

    private func newChains() throws -> [Statement] {
        try chains.values.filter { $0.stored == nil }.map { try $0.chain.insertion(lease: $0.now.lease) }
    }

    private func changedChains() throws -> [Statement] {
        try chains.values
            .filter { $0.stored != nil && $0.stored != $0.now }
            .map { try $0.chain.update(lease: $0.now.lease) }
    }

    private func leaseStatements(ended: Bool) -> [Statement] {
        leases.values
            .filter { $0.stored != $0.lease && ($0.lease.status == .ended) == ended }
            .map { $0.stored == nil ? $0.lease.insertion(sole: $0.sole, ttl: $0.ttl) : $0.lease.update() }
    }

    /// Ended operations first: at most one of a chain may be in flight, and one waiting.
    private func changedWork() throws -> [Statement] {
        try work.values
            .filter { $0.stored.map(\.record.operation) != $0.operation || $0.stored?.desired != $0.now.desired }
            .filter { $0.stored != nil }
            .sorted { $0.operation.writesBefore($1.operation) }
            .map { try $0.operation.update(desired: $0.now.desired) }
    }

    private func attemptStatements() throws -> [Statement] {
        try work.values.flatMap { entry in
            let stored = Dictionary(uniqueKeysWithValues: (entry.stored?.record.attempts ?? []).map { ($0.id, $0) })
            return try entry.attempts.filter { stored[$0.id] != $0 }.map { attempt in
                try stored[attempt.id] != nil
                    ? attempt.update()
                    : attempt.insertion(chain: entry.operation.chain, generation: entry.generations[attempt.id])
            }
        }
    }

    /// A command that an agent has answered needs no publication any more.
    private func outboxStatements() -> [Statement] {
        var statements = sent.map { attempt in
            Statement("INSERT INTO outbox (operation, attempt) VALUES ($1, $2)", attempt.operation.uuid, attempt.id.uuid)
        }
        let arrived = work.values.flatMap(\.arrivedAttempts)
        if !arrived.isEmpty { statements.append(Statement("DELETE FROM outbox WHERE attempt = ANY($1)", arrived)) }
        return statements
    }
}

extension HostEntry.Stored {
    /// What transitions may change. An outstanding request is answered when its number has been observed.
    fileprivate func update() throws -> Statement {
        Statement(
            """
            UPDATE hosts SET status = $2, reason = $3, facts = $4, look_failures = $5, observed_number = $6, observed_digest = $7,
                observe_after = $8, observe_asked_at = CASE WHEN observe_number > $6 THEN observe_asked_at END
            WHERE id = $1
            """,
            host.id.uuid, host.status, host.reason?.withoutNUL, try StoredJSON.optionalText(host.facts), looks.failures,
            looks.number, looks.digest, looks.after)
    }
}

extension WorkEntry {
    /// Attempts that an agent has answered since they were loaded.
    fileprivate var arrivedAttempts: [UUID] {
        let waiting = Set((stored?.record.attempts ?? []).filter { $0.startedAt == nil && $0.endedAt == nil }.map(\.id))
        return
            attempts
            .filter { waiting.contains($0.id) && ($0.startedAt != nil || $0.endedAt != nil) }
            .map(\.id.uuid)
    }
}

extension Operation {
    fileprivate func writesBefore(_ other: Operation) -> Bool {
        status.hasEnded != other.status.hasEnded ? status.hasEnded : sequence < other.sequence
    }
}

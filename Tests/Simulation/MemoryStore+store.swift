import FoundationEssentials
import Model

@testable import Ledger

extension MemoryStore {
    func held(by tenant: String, holder: String?) throws -> (lease: Lease, chain: Chain)? {
        try burn()
        let leases = tables.leases.values.map(\.lease).filter {
            $0.tenant == tenant && $0.holder == holder && holder != nil && $0.status != .ended
        }
        guard let lease = leases.min(by: { $0.id.description < $1.id.description }), let chain = tables.chains[lease.chain]
        else { return nil }
        return (lease, chain.chain)
    }

    func newestOperation(of chain: ChainID) throws -> Model.Operation? {
        try burn()
        return tables.work.values.map(\.operation).filter { $0.chain == chain }.max { $0.sequence < $1.sequence }
    }

    func claim(_ stage: ClaimStage, for application: Application, lease: Lease, waits: Bool) throws -> Chain? {
        try burn()
        let fitting = tables.chains.values.filter { entry in
            guard entry.lease == nil else { return false }
            return stage == .coming
                ? entry.chain.phase == .creating : entry.chain.phase == .running && entry.chain.health == .healthy
        }
        guard let entry = fitting.min(by: { $0.chain.id.description < $1.chain.id.description }) else { return nil }
        var lease = lease
        lease.chain = entry.chain.id
        tables.chains[entry.chain.id]?.lease = lease.id
        try put(LeaseEntry(lease: lease, stored: lease, ttl: application.ttl, sole: application.isSole))
        return entry.chain
    }

    func hurry(_ chain: ChainID) throws {
        try burn()
        for (id, entry) in tables.work where entry.operation.chain == chain && entry.operation.isWaiting {
            tables.work[id]?.now.record.operation.priority = .tenant
            tables.work[id]?.stored?.record.operation.priority = .tenant
        }
    }

    func store(_ changes: BookChanges) throws -> [Int] {
        hasWritten = hasWritten || !changes.work.isEmpty || !changes.newWork.isEmpty || !changes.attempts.isEmpty
        hasWritten = hasWritten || !changes.chains.isEmpty || !changes.hosts.isEmpty || !changes.leases.isEmpty
        for host in changes.newHosts { try put(host) }
        for host in changes.hosts { try put(host) }
        for lease in changes.endedLeases { try put(lease) }
        for chain in changes.newChains { try put(chain) }
        for lease in changes.leases { try put(lease) }
        for chain in changes.chains { try put(chain) }
        for entry in changes.work { try put(entry.operation, desired: entry.now.desired) }
        let sequences = try changes.newWork.map { try insert($0) }
        for new in changes.newAttempts { try insert(new.attempt, generation: new.generation) }
        for attempt in changes.attempts { try put(attempt) }
        for attempt in changes.sent { tables.enqueue(attempt) }
        for attempt in changes.sentAgain { tables.enqueue(attempt, claims: 1) }
        tables.outbox.removeAll { changes.arrived.contains($0.attempt.id) }
        for afterthought in changes.afterwards { try follow(afterthought) }
        return sequences
    }

    private func put(_ host: Host) throws {
        try burn()
        tables.hosts[host.id] = Tables.HostRow(entry: HostEntry.Stored(host: host, looks: Looks()))
    }

    private func put(_ host: HostEntry.Stored) throws {
        try burn()
        guard let row = tables.hosts[host.host.id] else { return }
        tables.hosts[host.host.id]?.entry = host
        if row.askedNumber <= host.looks.number { tables.hosts[host.host.id]?.askedAt = nil }
    }

    private func put(_ lease: LeaseEntry) throws {
        try burn()
        var lease = lease
        lease.stored = lease.lease
        try tables.check(lease)
        tables.leases[lease.lease.id] = lease
    }

    private func put(_ chain: ChainEntry.Stored) throws {
        try burn()
        tables.chains[chain.chain.id] = chain
        try tables.check(chain.chain.host)
    }

    /// All but the priority, as in SQL.
    private func put(_ operation: Model.Operation, desired: Desired?) throws {
        try burn()
        guard var entry = tables.work[operation.id] else { return }
        var operation = operation
        operation.priority = entry.operation.priority
        entry.now.record.operation = operation
        entry.now.desired = desired
        try put(entry)
    }

    private func insert(_ new: WorkEntry) throws -> Int {
        try burn()
        var operation = new.operation
        operation.sequence = tables.nextSequence()
        try put(WorkEntry(now: WorkEntry.Stored(record: OperationRecord(operation: operation), desired: new.now.desired)))
        return operation.sequence
    }

    private func insert(_ attempt: Attempt, generation: Int?) throws {
        try burn()
        guard var entry = tables.work[attempt.operation] else { throw BrokenConstraint("attempts_operation_fkey") }
        guard !entry.attempts.contains(where: { $0.number == attempt.number }) else {
            throw BrokenConstraint("attempts_operation_number_key")
        }
        entry.now.record.attempts.append(attempt)
        entry.generations[attempt.id] = generation
        try put(entry)
    }

    private func put(_ attempt: Attempt) throws {
        try burn()
        guard var entry = tables.work[attempt.operation],
            let index = entry.attempts.firstIndex(where: { $0.id == attempt.id })
        else { return }
        if (attempt.endedAt == nil) != (attempt.result == nil) { throw BrokenConstraint("attempts_ended") }
        entry.now.record.attempts[index] = attempt
        try put(entry)
    }

    private func put(_ entry: WorkEntry) throws {
        var entry = entry
        entry.stored = entry.now
        try tables.check(entry.operation)
        tables.work[entry.operation.id] = entry
    }

    private func follow(_ afterthought: Afterthought) throws {
        try burn()
        switch afterthought {
        case .freeValues(let chain): try freeValues(of: chain)
        case .loseSight(let host):
            for (id, entry) in tables.chains where entry.chain.host == host && entry.chain.phase == .running {
                tables.chains[id]?.chain.health = .unknown
            }
        case .wish, .poolTried, .buried: break
        case .configured(let host): tables.hosts[host.id]?.entry.host = host
        case .orphans(let orphans):
            for host in orphans.keys.sorted(by: { $0.description < $1.description }) {
                tables.replaceOrphans(on: host, by: orphans[host] ?? [])
            }
        case .hold(let id, let host, let chains, let now): tables.hold(id, host, chains, now)
        case .heard(let presence, let time):
            tables.working[presence.id] = (time, presence.working)
            tables.heard[presence.id] = max(tables.heard[presence.id] ?? time, time)
        }
    }
}

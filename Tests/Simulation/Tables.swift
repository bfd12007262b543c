import FoundationEssentials
import Model

@testable import Ledger

/// A constraint of `schemas/ledger/` that a statement broke.
struct BrokenConstraint: Error, CustomStringConvertible {
    let description: String

    init(_ name: String) {
        description = "the constraint \(name) was broken"
    }
}

/// The ledger's rows: a value, so that a transaction that fails is thrown away.
struct Tables {
    struct HostRow {
        var entry: HostEntry.Stored
        var askedNumber = 0
        var askedAt: Date?
    }

    struct OutboxRow {
        var id: Int
        var attempt: Attempt
        var claimedUntil: Date?
        var claims = 0
    }

    enum Owner: Equatable {
        case chain(ChainID)
        case blocked(until: Date)
    }

    struct Place<Value: Hashable>: Hashable {
        var host: HostID
        var value: Value
    }

    var hosts: [HostID: HostRow] = [:]
    var chains: [ChainID: ChainEntry.Stored] = [:]
    var leases: [LeaseID: LeaseEntry] = [:]
    var work: [OperationID: WorkEntry] = [:]
    var outbox: [OutboxRow] = []
    var ports: [Place<Int>: Owner] = [:]
    var subnets: [Place<Int>: Owner] = [:]
    var heard: [AgentID: Date] = [:]
    /// What agents said that they work on.
    var working: [AgentID: (at: Date, operations: [OperationID])] = [:]
    var pools: [Pool] = []
    var leader: (id: UUID, until: Date)?
    var orphans: [Orphan] = []
    var holds: [Hold] = []
    private(set) var lastSequence = 0
    private var lastOutboxRow = 0

    mutating func nextSequence() -> Int {
        lastSequence += 1
        return lastSequence
    }

    mutating func enqueue(_ attempt: Attempt, claims: Int = 0) {
        guard !outbox.contains(where: { $0.attempt.id == attempt.id }) else { return }
        lastOutboxRow += 1
        outbox.append(OutboxRow(id: lastOutboxRow, attempt: attempt, claims: claims))
    }

    mutating func raiseSequence(above number: Int) {
        lastSequence = max(lastSequence, number)
    }

    func chainCount(on host: HostID) -> Int {
        chains.values.count { $0.chain.host == host && $0.chain.phase != .gone }
    }

    func inFlight(on host: HostID) -> Int {
        work.values.count { $0.operation.host == host && $0.operation.status.inFlight }
    }

    /// All hosts are of one queue here.
    var suspects: Set<OperationID> { Set(work.values.map(\.operation).filter(\.isSuspectInFlight).map(\.id)) }

    /// The constraints of operations, each looked at after every statement.
    func check(_ operation: Operation) throws {
        let others = work.values.map(\.operation).filter {
            $0.id != operation.id && $0.host == operation.host && $0.chain == operation.chain
        }
        if operation.status.inFlight, others.contains(where: \.status.inFlight) { throw BrokenConstraint("operations_in_flight") }
        if operation.isWaiting, others.contains(where: \.isWaiting) { throw BrokenConstraint("operations_waiting") }
        if (operation.status == .retrying) != (operation.retryAt != nil) { throw BrokenConstraint("operations_retrying") }
        if operation.status.hasEnded != (operation.endedAt != nil) { throw BrokenConstraint("operations_ended") }
    }

    func check(_ lease: LeaseEntry) throws {
        guard lease.lease.status != .ended else { return }
        let others = leases.values.filter { $0.lease.id != lease.lease.id && $0.lease.status != .ended }
        if others.contains(where: { $0.lease.chain == lease.lease.chain }) { throw BrokenConstraint("leases_of_a_chain") }
        let sole = others.contains { $0.sole && $0.lease.tenant == lease.lease.tenant && $0.lease.holder == lease.lease.holder }
        if lease.sole, sole { throw BrokenConstraint("leases_sole") }
    }

    func check(_ host: HostID) throws {
        guard let row = hosts[host], chainCount(on: host) > row.entry.host.capacity else { return }
        throw BrokenConstraint("hosts_capacity")
    }
}

extension Operation {
    var isWaiting: Bool { status == .queued || status == .retrying }
}

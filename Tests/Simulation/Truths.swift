import FoundationEssentials
import Model

@testable import Ledger

extension World {
    /// What every commit must keep, beyond the constraints.
    func checkTables(from before: Tables, to after: Tables) throws {
        for (id, entry) in after.work {
            let operation = entry.operation
            if let old = before.work[id]?.operation, old.status.hasEnded, old.status != operation.status {
                throw Violation(description: "\(operation.kind.rawValue) #\(operation.sequence) was \(old.status.rawValue)")
            }
            let started = entry.attempts.count { $0.startedAt != nil }
            if operation.charged > started {
                throw Violation(
                    description: "#\(operation.sequence) is charged \(operation.charged) of \(started) started attempts")
            }
        }
        for (id, entry) in after.chains { try checkChain(id, entry, after) }
        try checkOutcomes(after)
        for id in before.work.keys where after.work[id] == nil { throw Violation(description: "operation \(id) is lost") }
    }

    private func checkChain(_ id: ChainID, _ entry: ChainEntry.Stored, _ tables: Tables) throws {
        if let lease = entry.lease, tables.leases[lease].map({ $0.lease.status == .ended || $0.lease.chain != id }) ?? true {
            throw Violation(description: "\(name(id)) is held by a lease that is not its own")
        }
        let places = entry.chain.ports.map { Tables.Place(host: entry.chain.host, value: $0.port) }
        guard entry.chain.phase != .gone else { return }
        if places.contains(where: { tables.ports[$0] != .chain(id) }) {
            throw Violation(description: "\(name(id)) uses a port that is not its own")
        }
    }

    /// Only a deletion that succeeded makes a chain gone, and what was cancelled is not done: not by what came before it either.
    private func checkOutcomes(_ tables: Tables) throws {
        var newest: [ChainID: Model.Operation] = [:]
        var deleted: Set<ChainID> = []
        for operation in tables.work.values.lazy.map(\.operation) {
            guard let chain = operation.chain else { continue }
            if newest[chain].map({ $0.sequence < operation.sequence }) ?? true { newest[chain] = operation }
            if operation.kind == .delete, operation.status == .succeeded { deleted.insert(chain) }
        }
        for (id, entry) in tables.chains {
            if entry.chain.phase == .gone, !deleted.contains(id) {
                throw Violation(description: "\(name(id)) is gone, and no deletion of it succeeded")
            }
            guard let last = newest[id], last.status == .cancelled, last.kind != .repair, entry.chain.phase != .failed else {
                continue
            }
            throw Violation(
                description:
                    "\(last.kind.rawValue) #\(last.sequence) was cancelled, and \(name(id)) is \(entry.chain.phase.rawValue)")
        }
    }

    /// When faults have stopped and all is still: everything that was accepted has ended, and hosts are as wanted.
    func checkStillness() throws {
        for entry in tables.work.values where !entry.operation.status.hasEnded {
            let operation = entry.operation
            throw Violation(
                description: "\(operation.kind.rawValue) #\(operation.sequence) is \(operation.status.rawValue) for ever")
        }
        for id in accepted where tables.work[id] == nil {
            throw Violation(description: "operation \(id) was accepted and is lost")
        }
        for (id, entry) in tables.chains { try checkStillness(id, entry) }
        for lease in tables.leases.values where lease.lease.status == .waiting {
            throw Violation(description: "a lease waits for ever for \(name(lease.lease.chain))")
        }
    }

    private func checkStillness(_ id: ChainID, _ entry: ChainEntry.Stored) throws {
        let (chain, containers) = (entry.chain, hosts[entry.chain.host]?.chains[id]?.containers ?? [:])
        switch chain.phase {
        case .gone:
            if !containers.isEmpty { throw Violation(description: "\(name(id)) is gone and has containers") }
        case .running:
            let isThere = containers.count == 2 && containers.values.allSatisfy { isWanted($0, chain.desired) }
            if !isThere { throw Violation(description: "\(name(id)) is running, and on the host is \(containers)") }
        case .stopped:
            if containers.values.contains(where: \.isRunning) { throw Violation(description: "\(name(id)) is stopped and runs") }
        case .failed: break
        case .creating, .resetting, .deleting:
            throw Violation(description: "\(name(id)) is \(chain.phase.rawValue) for ever")
        }
    }

    private func isWanted(_ container: Container, _ desired: Desired) -> Bool {
        container.isRunning && container.incarnation == desired.incarnation && container.restarts >= desired.restarts
    }
}

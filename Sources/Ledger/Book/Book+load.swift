import FoundationEssentials
import Model

extension Book {
    /// Locks hosts, in the order of their ids. Missing ones are left out.
    func lock(hosts ids: some Sequence<HostID>) throws {
        let missing = ids.filter { hosts[$0] == nil }
        guard !missing.isEmpty else { return }
        for entry in try store.lockHosts(missing) { hosts[entry.host.id] = entry }
    }

    /// Loads chains with their open operations; their hosts are locked already.
    func load(chains ids: some Sequence<ChainID>) throws {
        let missing = ids.filter { chains[$0] == nil }
        guard !missing.isEmpty else { return }
        for stored in try store.lockChains(missing) {
            chains[stored.chain.id] = ChainEntry(now: stored, stored: stored)
        }
        try load(.openOfChains(missing))
    }

    /// Loads the open operations of hosts themselves; the hosts are locked already.
    func load(workOf ids: some Sequence<HostID>) throws {
        try load(.openOfHosts(Array(ids)))
    }

    /// Loads operations with their attempts; their hosts are locked already.
    func load(operations ids: some Sequence<OperationID>) throws {
        let missing = ids.filter { work[$0] == nil }
        guard !missing.isEmpty else { return }
        try load(.operations(missing))
    }

    private func load(_ selection: WorkSelection) throws {
        for entry in try store.work(selection) where work[entry.operation.id] == nil { work[entry.operation.id] = entry }
    }
}

extension Book {
    func host(_ id: HostID) throws -> HostEntry {
        try lock(hosts: [id])
        guard let entry = hosts[id] else { throw LedgerError.notFound(what: "host", id: id.description) }
        return entry
    }

    /// A chain of a locked host; loaded now if it was not before.
    func chain(_ id: ChainID) throws -> ChainEntry {
        try load(chains: [id])
        guard let entry = chains[id] else { throw LedgerError.notFound(what: "chain", id: id.description) }
        return entry
    }

    func lease(_ id: LeaseID) throws -> LeaseEntry {
        if let entry = leases[id] { return entry }
        guard let entry = try store.lockLease(id) else { throw LedgerError.notFound(what: "lease", id: id.description) }
        leases[id] = entry
        return entry
    }

    func operation(_ id: OperationID) throws -> WorkEntry {
        try load(operations: [id])
        guard let entry = work[id] else { throw LedgerError.notFound(what: "operation", id: id.description) }
        return entry
    }
}

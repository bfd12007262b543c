import FoundationEssentials
import Model

/// A chain that is to be made.
struct Wish {
    var plan: Plan
    var parameters: JSONValue
    var pool: PoolID?
    var priority: Priority
    /// The operation of which its making is a part.
    var parent: OperationID?
}

extension Book {
    /// Makes a chain on a locked host: its row, its ports and subnet, the operation that creates it.
    ///
    /// - Throws: `no-room` when the host is full or out of ports or subnets, `host-not-active` when it takes no chains now.
    func make(_ wish: Wish, on id: HostID) throws -> (chain: ChainID, operation: OperationID) {
        let host = try host(id)
        try checkTakesChains(host)
        let chain = try placed(wish, on: host.host)
        chains[chain.id] = ChainEntry(now: ChainEntry.Stored(chain: chain))
        hosts[id]?.chains += 1
        return (chain.id, try add(.create, host: id, chain: chain, parent: wish.parent, priority: wish.priority))
    }

    func checkTakesChains(_ host: HostEntry) throws {
        guard host.host.status == .active else {
            throw LedgerError.conflict(
                code: "host-not-active", detail: "host \(host.host.name) is \(host.host.status.rawValue): it takes no chains now")
        }
        guard !host.isResetting else {
            throw LedgerError.conflict(
                code: "host-busy", detail: "host \(host.host.name) is being reset: it takes no chains now")
        }
        guard host.room > 0 else {
            throw LedgerError.conflict(
                code: "no-room", detail: "host \(host.host.name) is full: it holds \(host.chains) of \(host.host.capacity) chains"
            )
        }
    }

    /// A chain with its ports and subnet; when one of them gives out, it leaves none behind.
    private func placed(_ wish: Wish, on host: Host) throws -> Chain {
        let id: ChainID = fresh()
        do {
            return Chain(
                id: id, host: host.id, pool: wish.pool, plan: wish.plan, parameters: wish.parameters,
                subnet: try takeSubnet(for: id, on: host), ports: try takePorts(for: wish.plan, chain: id, on: host),
                createdAt: now)
        } catch let error as LedgerError {
            try store.freeValues(of: id)
            throw error
        }
    }

    /// Makes a chain if it can be made there now.
    func makeIfPossible(_ wish: Wish, on id: HostID) throws -> (chain: ChainID, operation: OperationID)? {
        do { return try make(wish, on: id) } catch LedgerError.conflict { return nil }
    }

    /// Makes a chain where there is most room; `nil` when no host has any.
    func makeAnywhere(_ wish: Wish) throws -> (chain: ChainID, operation: OperationID)? {
        var tried: Set<HostID> = []
        // Another transaction may have taken the room while this one waited for the host: then the next best is asked, once the
        // first is unlocked again, so that no two wait for each other.
        while let id = placement(
            among: try store.rooms(for: .scheduling, heardSince: lastWord).filter { !tried.contains($0.host) })
        {
            if let made = try store.undoing({ try makeIfPossible(wish, on: id) }) { return made }
            hosts[id] = nil
            tried.insert(id)
        }
        return nil
    }

    /// Who has said nothing since then is called gone.
    var lastWord: Date { now.addingTimeInterval(-Ledger.agentSilence.inSeconds) }

    /// Gives a chain into a tenant's hands.
    func lease(_ chain: ChainID, _ lease: Lease, sole: Bool, ttl: Double?) {
        leases[lease.id] = LeaseEntry(lease: lease, ttl: ttl, sole: sole)
        chains[chain]?.now.lease = lease.id
    }
}

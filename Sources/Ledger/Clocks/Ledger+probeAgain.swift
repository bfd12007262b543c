public import FoundationEssentials
import Model
import PostgreSQL

/// Seconds after which a host that could not be reached when it was registered is tried again.
private let probePause = 60.0

extension Ledger {
    /// Probes hosts again that no agent has reached yet, so that one that was merely late heals by itself. Hosts that were
    /// reached before are looked at by observations.
    public func probeAgain(as leader: UUID, limit: Int = 500) async throws(LedgerError) -> Int {
        try await pass(as: leader) { try $0.probeAgain(limit: limit) }
    }
}

extension Book {
    func probeAgain(limit: Int) throws -> Int {
        let unreached = try store.unreachedHosts(restingFrom: lately(probePause), limit: limit)
        try lock(hosts: unreached)
        // Between the two somebody may have deleted it.
        let left = unreached.filter { hosts[$0]?.host.status == .unreachable }
        for host in left {
            do { try accept(.hostCreate, forHost: host) } catch is Refusal {}
        }
        return left.count
    }
}

public import FoundationEssentials
import Model
import PostgreSQL

/// Seconds after which a host that could not be reached when it was registered is tried again.
private let probePause = 60.0

extension Ledger {
    /// Probes hosts again that no agent has reached yet, so that one that was merely late heals by itself. Hosts that were
    /// reached before are looked at by observations.
    public func probeAgain(as leader: UUID, limit: Int = 500) async throws(LedgerError) -> Int {
        try await pass(as: leader) { book in
            let rows = try book.session.query(
                """
                SELECT h.id FROM hosts h
                WHERE h.status = 'unreachable' AND h.facts IS NULL AND NOT EXISTS (
                    SELECT FROM operations o
                    WHERE o.host = h.id AND o.chain IS NULL AND (o.ended_at IS NULL OR o.ended_at > $1))
                ORDER BY h.id LIMIT $2
                """, book.now.addingTimeInterval(-probePause), limit)
            let hosts: [HostID] = try rows.map { try $0.id("id") }
            try book.lock(hosts: hosts)
            // Between the two somebody may have deleted it.
            let left = hosts.filter { book.hosts[$0]?.host.status == .unreachable }
            for host in left {
                do { try book.accept(.hostCreate, forHost: host) } catch is Refusal {}
            }
            return left.count
        }
    }
}

public import FoundationEssentials
import Model
import PostgreSQL

/// Seconds for which a failed chain of a pool is left as it is: for people to look at, and so that a host on which nothing can be
/// made is not asked in a circle.
private let failedPause = 60.0

extension Ledger {
    /// Sends failed chains on their way out that are nobody's to decide about: those of pools, and those that were given back or
    /// never reached the tenant who waited for them. Chains in a tenant's hands and those that an operator made stay, and so does
    /// what failed because the ledger is behind its host: there nothing may be removed unasked.
    public func replaceFailed(as leader: UUID, limit: Int = 500) async throws(LedgerError) -> Int {
        try await pass(as: leader) { book in
            let rows = try book.session.query(
                """
                SELECT c.id, c.host FROM chains c
                WHERE c.phase = 'failed' AND c.lease IS NULL AND coalesce(c.reason, '') NOT LIKE 'ledger-behind:%'
                    AND (c.pool IS NOT NULL OR EXISTS (SELECT FROM leases l WHERE l.chain = c.id))
                    AND NOT EXISTS (SELECT FROM operations o WHERE o.chain = c.id AND (o.ended_at IS NULL OR o.ended_at > $1))
                ORDER BY c.id LIMIT $2
                """, book.now.addingTimeInterval(-failedPause), limit)
            try book.lock(hosts: try rows.map { try $0.id("host") })
            let failed: [ChainID] = try rows.map { try $0.id("id") }
            try book.load(chains: failed)
            // Between the two somebody may have asked for something else.
            let left = failed.filter { book.chains[$0]?.chain.phase == .failed && book.openWork(of: $0).isEmpty }
            for chain in left { try book.accept(.delete, for: chain, priority: .filling) }
            return left.count
        }
    }
}

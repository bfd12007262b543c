public import FoundationEssentials
import Model
import PostgreSQL

/// Seconds for which a failed chain of a pool is left as it is: for people to look at, and so that a host on which nothing can be
/// made is not asked in a circle.
private let failedPause = 60.0

extension Ledger {
    /// Sends failed chains of pools on their way out, so that others can take their place. Chains in a tenant's hands, and those
    /// that somebody made by hand, stay for their owners to decide.
    public func replaceFailed(as leader: UUID, limit: Int = 500) async throws(LedgerError) -> Int {
        try await pass(as: leader) { book in
            let rows = try book.session.query(
                """
                SELECT c.id, c.host FROM chains c
                WHERE c.phase = 'failed' AND c.pool IS NOT NULL AND c.lease IS NULL
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

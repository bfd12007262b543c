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
        try await pass(as: leader) { try $0.replaceFailed(limit: limit) }
    }
}

extension Book {
    func replaceFailed(limit: Int) throws -> Int {
        let failed = try store.failedChains(restingSince: now.addingTimeInterval(-failedPause), limit: limit)
        try lock(hosts: failed.map(\.host))
        try load(chains: failed.map(\.chain))
        // Between the two somebody may have asked for something else.
        let left = failed.map(\.chain).filter { chains[$0]?.chain.phase == .failed && openWork(of: $0).isEmpty }
        for chain in left { try accept(.delete, for: chain, priority: .filling) }
        return left.count
    }
}

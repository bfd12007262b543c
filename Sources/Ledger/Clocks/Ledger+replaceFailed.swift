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
        try await pass(as: leader) { try $0.replaceFailed(limit: limit) }
    }
}

extension Book {
    func replaceFailed(limit: Int) throws -> Int {
        let failed = try store.failedChains(restingFrom: lately(failedPause), limit: limit)
        try lock(hosts: failed.map(\.host))
        try load(chains: failed.map(\.chain))
        // Between the two somebody may have asked for something else.
        let left = failed.map(\.chain).filter { chains[$0]?.chain.phase == .failed && openWork(of: $0).isEmpty }
        for chain in left { try accept(.delete, for: chain, priority: .filling) }
        return left.count
    }
}

public import FoundationEssentials
import Model
import PostgreSQL

/// The clocks' passes: each one transaction under the leader's term, over at most `limit` rows; each says how much it did, so
/// that a pass that did all it may is run again at once. Throws `notLeading`.
extension Ledger {
    /// Sends operations whose next attempt is due, as far as their hosts' windows allow.
    public func sendDueRetries(as leader: UUID, limit: Int = 500) async throws(LedgerError) -> Int {
        try await pass(as: leader) { try $0.fillWindows(with: .retrying($0.now), limit: limit) }
    }

    /// Sends what waits although nothing stands in its way: the net below the dispatching that every end of an operation does.
    public func dispatchWaiting(as leader: UUID, limit: Int = 500) async throws(LedgerError) -> Int {
        try await pass(as: leader) { try $0.fillWindows(with: .queued, limit: limit) }
    }

    /// Closes attempts whose agents have been silent for too long, and those that last too long.
    ///
    /// - Parameter silence: after which an agent is called gone.
    public func closeLostAttempts(
        as leader: UUID, silence: Duration = Self.agentSilence, limit: Int = 500
    ) async throws(LedgerError) -> Int {
        try await pass(as: leader) { try $0.closeLostAttempts(silence: silence.inSeconds, limit: limit) }
    }

    /// Begins what parent operations are still to begin, and ends those whose children have ended.
    ///
    /// - Parameter limit: at most so many children are begun in one go.
    public func followParents(as leader: UUID, limit: Int = 50) async throws(LedgerError) -> Int {
        try await pass(as: leader) { try $0.followParents(limit: limit) }
    }

    /// Ends leases whose time is over; their chains are on their way out.
    public func expireLeases(as leader: UUID, limit: Int = 500) async throws(LedgerError) -> Int {
        try await pass(as: leader) { try $0.expireLeases(limit: limit) }
    }
}

extension Book {
    func fillWindows(with waiting: WaitingWork, limit: Int) throws -> Int {
        try lock(hosts: try store.hosts(with: waiting, limit: limit))
        try fillWindows(of: hosts.keys)
        return sent.count
    }

    func closeLostAttempts(silence: Double, limit: Int) throws -> Int {
        let lost = try store.lostAttempts(
            heardBefore: now.addingTimeInterval(-silence), startedBefore: now.addingTimeInterval(-policy.longestAttempt),
            at: now, limit: limit)
        try lock(hosts: Set(lost.map(\.host)))
        try load(operations: Set(lost.map(\.operation)))
        for attempt in lost {
            try apply(attempt.isAgentGone ? .agentGone(attempt.id) : .unfinished(attempt.id), to: attempt.operation)
        }
        try fillWindows(of: eased)
        return lost.count
    }

    func expireLeases(limit: Int) throws -> Int {
        let expired = try store.expiredLeases(at: now, limit: limit)
        try lock(hosts: expired.map(\.host))
        try load(chains: expired.map(\.chain))
        // Between the two a tenant may have released it.
        let held = expired.map(\.chain).filter { chains[$0]?.now.lease != nil }
        for chain in held { try giveBack(chain, .expired) }
        return held.count
    }
}

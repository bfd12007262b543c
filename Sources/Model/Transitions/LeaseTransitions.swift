public import FoundationEssentials

extension Lease {
    /// The chain runs: a waiting lease is in its tenant's hands, and its time begins.
    ///
    /// - Parameter ttl: seconds it lasts; `nil` for ever.
    public mutating func activate(at now: Date, ttl: Double?) {
        guard status == .waiting else { return }
        status = .active
        activeAt = now
        expiresAt = ttl.map { now.addingTimeInterval($0) }
    }

    /// Ends it, once.
    public mutating func end(_ reason: LeaseEnd, at now: Date) {
        guard status != .ended else { return }
        status = .ended
        end = reason
        endedAt = now
    }
}

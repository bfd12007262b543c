public import FoundationEssentials
import Model
import PostgreSQL

/// Seconds for which a host is left alone after its own last operation.
private let sweepPause = 60.0

extension Ledger {
    /// How long objects that are nobody's stay, from when they were first seen.
    public static let orphanGrace = Duration.seconds(600)

    /// Has objects removed that have been nobody's for the grace period; not while any hold is open.
    public func sweepOrphans(as leader: UUID, limit: Int = 500) async throws(LedgerError) -> Int {
        try await pass(as: leader) { try $0.sweepOrphans(grace: Self.orphanGrace.inSeconds, limit: limit) }
    }
}

extension Book {
    func sweepOrphans(grace: Double, limit: Int) throws -> Int {
        let due = try store.hostsToSweep(
            orphanedSince: now.addingTimeInterval(-grace), restingFrom: lately(sweepPause), limit: limit)
        try lock(hosts: due)
        // Between the two somebody may have deleted it.
        let left = due.filter { hosts[$0]?.host.status == .active }
        for host in left {
            do { try accept(.hostSweep, forHost: host, priority: .repair) } catch is Refusal {}
        }
        return left.count
    }
}

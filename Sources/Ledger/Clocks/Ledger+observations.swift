public import FoundationEssentials
public import Model
import PostgreSQL

/// Asks for a look at a host.
public struct ObservationRequest: Sendable, Hashable {
    public var host: Host
    /// Higher than of every request before.
    public var number: Int
    /// The last operation sequence of the host.
    public var asOf: Int
    /// Of what is known; empty: anything is news.
    public var digest: String
}

extension Ledger {
    /// Takes the hosts that nobody looks at now; each has at most one request outstanding.
    ///
    /// - Parameter patience: after which a request without an answer is made again.
    public func claimObservations(
        as leader: UUID, patience: Duration = .seconds(90), limit: Int = 500
    ) async throws(LedgerError) -> [ObservationRequest] {
        try await pass(as: leader) { book in
            try book.store.claimLooks(
                askedBefore: book.now.addingTimeInterval(-patience.inSeconds), at: book.now, limit: limit)
        }
    }
}

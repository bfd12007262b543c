import CrashPoints
import FoundationEssentials
import Model
import PostgreSQL

extension Ledger {
    /// Takes reports in, all of them in one transaction. When that fails although the database answers, they are taken one at a
    /// time, so that only the culprit is turned away.
    ///
    /// - Returns: those that are not taken and never will be, by this program at least. All others are, and may be acknowledged.
    /// - Throws: `unavailable`: nobody knows; the reports are to be given again.
    public func take(_ reports: [ReceivedReport]) async throws(LedgerError) -> [RejectedReport] {
        let numbered = reports.enumerated().map { NumberedReport(index: $0.offset, received: $0.element) }
        do {
            return try await takeTogether(numbered)
        } catch  where error.blamesContent || error.isOfNewerWords {
            return try await takeSingly(numbered)
        }
    }

    private func takeTogether(_ reports: [NumberedReport]) async throws(LedgerError) -> [RejectedReport] {
        let rejected = try await change { book in
            let rejected = try book.take(reports)
            try book.write()
            CrashPoint.beforeCommit.reach()
            return rejected
        }
        CrashPoint.afterCommit.reach()
        return rejected
    }

    private func takeSingly(_ reports: [NumberedReport]) async throws(LedgerError) -> [RejectedReport] {
        var rejected: [RejectedReport] = []
        for report in reports {
            do {
                rejected += try await takeTogether([report])
            } catch  where error.blamesContent || error.isOfNewerWords {
                rejected.append(
                    RejectedReport(index: report.index, reason: error.description, isUnreadable: error.isOfNewerWords))
            }
        }
        return rejected
    }
}

/// A report with its place among those given.
struct NumberedReport: Sendable {
    var index: Int
    var received: ReceivedReport
}

/// Classes of SQLSTATE that speak of the server or the schema, whatever was asked for: a lost connection, a standby that only
/// reads, a missing table, a full disk, a shutdown (PostgreSQL manual, appendix A).
private let serverTroubles: Set = ["08", "25", "42", "53", "55", "57", "58", "F0", "XX"]

extension LedgerError {
    /// Whether a row holds what this program can't read, so that a newer one must have written it.
    var isOfNewerWords: Bool {
        switch self {
        case .unreadable: true
        case .unavailable(let error): error.code == .decoding
        default: false
        }
    }

    /// Whether the same will fail again and again: the database answered, and said no.
    var blamesContent: Bool {
        if isOfNewerWords { return false }
        guard case .unavailable(let error) = self else { return true }
        switch error.code {
        case .uniqueViolation, .foreignKeyViolation, .checkViolation, .exclusionViolation, .notNullViolation, .invalidParameter,
            .resultTooLarge:
            return true
        case .server(let state):
            return !serverTroubles.contains(String(state.prefix(2)))
        case .invalidConfiguration, .unreachable, .refused, .timeout, .poolExhausted, .closed, .connectionLost, .unknownOutcome,
            .serialization, .deadlock, .cancelled, .decoding:
            return false
        }
    }
}

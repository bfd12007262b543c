public import FoundationEssentials
public import Model

/// A report whose signature was good, with the site whose key signed it.
public struct ReceivedReport: Sendable, Hashable {
    /// It is believed only for hosts of this site.
    public var site: String
    public var receivedAt: Date
    public var report: Report
    /// Of what an observation saw; the next request carries it.
    public var digest: String

    public init(site: String, receivedAt: Date, report: Report, digest: String = "") {
        self.site = site
        self.receivedAt = receivedAt
        self.report = report
        self.digest = digest
    }
}

/// A report that the ledger does not take.
public struct RejectedReport: Sendable, Hashable {
    /// Its place among the reports given.
    public var index: Int
    /// For people.
    public var reason: String

    public init(index: Int, reason: String) {
        self.index = index
        self.reason = reason
    }
}

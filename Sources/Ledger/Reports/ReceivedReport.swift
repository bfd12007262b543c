public import FoundationEssentials
public import Model

/// A report whose signature was good, with the site whose key signed it.
public struct ReceivedReport: Sendable, Hashable {
    /// It is believed only for hosts of this site.
    public let site: String
    public let receivedAt: Date
    public let report: Report
    /// Of what an observation saw; the next request carries it.
    public let digest: String
    /// Of the chains that an observation saw, in its order.
    let nodes: [NodesDigest]

    /// Makes the digests that the ledger compares, so that no transaction waits for that.
    public init(site: String, receivedAt: Date, report: Report, digest: String = "") {
        nodes = report.seen?.chains.map { NodesDigest(of: $0.nodes) } ?? []
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
    /// Nothing is wrong with it: it is about what this program can't read, and a newer one can.
    public var isUnreadable: Bool

    public init(index: Int, reason: String, isUnreadable: Bool = false) {
        self.index = index
        self.reason = reason
        self.isUnreadable = isUnreadable
    }
}

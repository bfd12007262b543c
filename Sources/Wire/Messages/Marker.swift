public import FoundationEssentials

/// A leading watchdog's mark in the stream of reports: when it comes back, everything before it has been read.
public struct Marker: Codable, Sendable, Hashable {
    public var leader: UUID
    public var number: Int

    public init(leader: UUID, number: Int) {
        self.leader = leader
        self.number = number
    }
}

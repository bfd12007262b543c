public import Model

/// Asks an agent to look at a host and to hold the answer until something changes.
public struct ObserveRequest: Codable, Sendable, Hashable {
    public var host: HostTarget
    public var number: Int
    public var asOf: Int
    /// The digest of the last observation, `ObservationDigest.text`; empty when none is known.
    public var digest: String
    /// How long to hold, in seconds; at most 60.
    public var hold: Double

    public init(host: HostTarget, number: Int, asOf: Int, digest: String, hold: Double) {
        self.host = host
        self.number = number
        self.asOf = asOf
        self.digest = digest
        self.hold = hold
    }
}

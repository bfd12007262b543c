/// The limits of the road.
public enum WireLimits {
    /// The largest body of a message, in bytes: plans and observations of a full host stay far below.
    public static let message = 4 << 20
    /// The message schema that this process writes, and the highest it reads.
    public static let schema = 1
}

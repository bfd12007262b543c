/// The limits of the road.
public enum WireLimits {
    /// The largest body of a message, in bytes: plans and observations of a full host stay far below.
    public static let message = 4 << 20
    /// The message schemas that this program reads and writes.
    ///
    /// * 1: 0.1.0.
    /// * 2: plans with authorities, certificates, tasks, further names, ports for the chain alone, probes over TCP and HTTP and
    ///   more references; hosts with settings; the removal of objects that are nobody's.
    public static let schemas = 1...2
}

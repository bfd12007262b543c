public import Model

/// Told to every agent at once, best effort.
public enum Control: Sendable, Hashable {
    /// Whoever works on the operation stops, with the outcome `cancelled`.
    case cancel(OperationID)
}

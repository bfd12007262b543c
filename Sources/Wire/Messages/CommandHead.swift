public import Model

/// What every command carries in every schema, now and later: enough to answer one that can't be read.
public struct CommandHead: Decodable, Sendable, Hashable {
    public let operation: OperationID
    public let attempt: AttemptID
    public let host: Host

    public struct Host: Decodable, Sendable, Hashable {
        public let id: HostID
    }
}

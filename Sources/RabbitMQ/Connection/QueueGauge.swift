import Threads

/// Asks the broker what is in queues, on a connection that lives as long as the question, on a thread of its own.
public actor QueueGauge {
    private let configuration: BrokerConfiguration
    private let name: String
    private let executor: ThreadExecutor
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// - Parameter name: of the connection, as the broker shows it.
    public init(_ configuration: BrokerConfiguration, name: String) {
        self.configuration = configuration
        self.name = name
        executor = ThreadExecutor(name: name)
    }

    /// Declares topologies, as everyone does, and tells what the broker says of their queues, by name.
    public func counts(in topologies: [Topology]) throws(BrokerError) -> [String: QueueCount] {
        let link = try Link(configuration, name: name)
        defer { link.close() }
        var counts: [String: QueueCount] = [:]
        for topology in topologies { counts.merge(try link.declare(topology)) { $1 } }
        return counts
    }
}

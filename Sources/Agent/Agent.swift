public import Drivers
public import Logging
internal import Model
internal import RabbitMQ
public import ServiceLifecycle
internal import Wire

/// A stateless worker of one driver and site.
///
/// It has no database and no files. All it holds are the commands it has not acknowledged, the hosts it watches for the ledger,
/// and its term. What happens when
/// * *it is killed*: the broker delivers its commands to another agent, marked `redelivered`, which says `again`; the ledger
///   waits until the term is over and sends fresh attempts.
/// * *it can't reach the broker*: the term ends after 15 s and no call to a host is made any more; outcomes wait for the broker.
/// * *it is asked to end*: it takes no more, finishes within its grace, and gives the rest back.
///
/// One connection publishes; commands, observe requests, queries and control messages each have a connection of their own.
public struct Agent: Service {
    private let services: [any Service]
    private let logger: Logger

    /// - Throws: `WireError` when the site file's keys can't be used.
    public init(_ configuration: AgentConfiguration, driver: any Driver, logger: Logger) throws {
        let parts = try AgentParts(configuration, driver: driver, logger: logger)
        services = parts.services
        self.logger = logger
    }

    public func run() async throws {
        try await ServiceGroup(services: services, logger: logger).run()
    }
}

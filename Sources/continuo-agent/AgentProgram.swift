import Agent
import ArgumentParser
import Curl
import DockerDriver
import Drivers
import FoundationEssentials
import Glibc
import KubernetesDriver
import Logging
import MemoryDriver
import Model
import RabbitMQ
import ServiceLifecycle
import SwarmDriver
import Telemetry
import UnixSignals
import Wire

/// A worker: takes commands for the hosts of one site and driver. Any number may run.
@main
struct AgentProgram: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "continuo-agent", abstract: "Serves the hosts of one site and driver.",
        discussion: "CONTINUO_AMQP_URL names the broker, CONTINUO_LOG_LEVEL how much is said.")

    @Option(help: "docker, swarm, kubernetes or memory.")
    var driver: ServedDriver

    @Option(help: "The site whose hosts it serves; must be the site file's.")
    var site: String

    @Option(name: .customLong("site-file"), help: "The site's credentials, made by `continuo-engine site add`; mode 0600.")
    var siteFile: String

    @Option(help: "An endpoint it may reach: unix:///path, tcp://10.0.0.0/8 or tcp://10.0.0.0/8:2376. May be repeated.")
    var allow: [String] = []

    @Option(help: "How many commands it works on at a time, 1 to 1000.")
    var concurrency: Int = 4

    @Option(help: "Seconds that work may go on after SIGTERM, 0 to 1200; then it is given back.")
    var grace: Int = 30

    func validate() throws {
        guard (1...1000).contains(concurrency) else { throw ValidationError("--concurrency must be 1 to 1000") }
        guard (0...1200).contains(grace) else { throw ValidationError("--grace must be 0 to 1200 seconds") }
        _ = try rules()
    }

    func run() async throws {
        Telemetry.start()
        let logger = Logger(label: "continuo.agent")
        do {
            let agent = try agent(logger)
            logger.info("starting", metadata: ["driver": "\(driver.rawValue)", "site": "\(site)"])
            let impatience = Task { await Impatience.watch(logger) }
            defer { impatience.cancel() }
            try await ServiceGroup(services: [agent], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger).run()
            logger.info("ended")
        } catch {
            logger.critical("can't go on", error: error)
            throw ExitCode.failure
        }
    }

    private func agent(_ logger: Logger) throws -> Agent {
        let file = try SiteFile(path: siteFile)
        guard file.site == site else { throw ValidationError("the site file is of the site \(file.site), not \(site)") }
        guard let url = ProcessInfo.processInfo.environment["CONTINUO_AMQP_URL"] else {
            throw ValidationError("CONTINUO_AMQP_URL is not set: amqp://user:password@host:port/vhost")
        }
        let allow = try rules()
        let configuration = AgentConfiguration(
            name: "\(ProcessInfo.processInfo.hostName)/\(getpid())", version: "0.1.0", site: file, driver: driver.kind,
            broker: try BrokerConfiguration(url: url), allow: allow, concurrency: concurrency, grace: .seconds(grace))
        return try Agent(configuration, driver: try makeDriver(allow), logger: logger)
    }

    private func makeDriver(_ allow: EndpointAllowList) throws -> any Driver {
        let policy = try AddressPolicy(sockets: allow.sockets, networks: allow.networks)
        // A connection for each watched host, and for each command some more.
        let client = HTTPClient(addressPolicy: policy, connectionLimit: 1024)
        return switch driver {
        case .docker: DockerDriver(client: client)
        case .kubernetes: KubernetesDriver(client: client)
        case .swarm: SwarmDriver(client: client)
        case .memory: MemoryDriver(client: client)
        }
    }

    private func rules() throws -> EndpointAllowList {
        do {
            return try EndpointAllowList(allow)
        } catch {
            throw ValidationError(error.description)
        }
    }
}

/// The drivers that are built into this program.
enum ServedDriver: String, ExpressibleByArgument, CaseIterable {
    case docker, swarm, kubernetes, memory

    var kind: DriverKind {
        switch self {
        case .docker: .docker
        case .kubernetes: .kubernetes
        case .swarm: .swarm
        case .memory: .memory
        }
    }
}

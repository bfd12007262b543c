import ArgumentParser
import FoundationEssentials
import Hummingbird
import Logging
import ServiceLifecycle
import Telemetry
import UnixSignals

/// A host that keeps chains' objects in memory and runs nothing, for trials and tests of everything above the drivers.
///
/// `GET /info`, `GET /images?name=`, `GET /objects?label=k=v`, `POST /objects`, `DELETE /objects/{kind}/{id}`, `POST /containers/{id}/start|stop`,
/// `GET /containers/{id}/log`, `POST /containers/{id}/log` (it writes lines), `GET /containers/{id}/file?path=`, `GET /events` (a line
/// for each change), `POST /faults`, `DELETE /faults`.
@main
struct MemoryHostProgram: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "continuo-memory-host", abstract: "A host for the driver `memory`: keeps objects, runs nothing.")

    @Option(help: "The unix socket to answer on; at most 107 bytes.")
    var socket: String

    @Option(name: .customLong("latency-ms"), help: "How long every call takes, in milliseconds.")
    var latency: Int = 0

    func run() async throws {
        Telemetry.start()
        let logger = Logger(label: "continuo.memory-host")
        // A socket file that a killed process left behind.
        try? FileManager.default.removeItem(atPath: socket)
        let keeper = HostKeeper(latency: .milliseconds(latency))
        let path = socket
        let server = Application(
            router: MemoryHostAPI(keeper: keeper, logger: logger).router,
            configuration: ApplicationConfiguration(address: .unixDomainSocket(path: path)),
            onServerRunning: { _ in logger.info("listening on unix://\(path)") },
            logger: Logger(label: "continuo.http") { _ in SwiftLogNoOpLogHandler() })
        try await ServiceGroup(services: [server], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger).run()
        try? FileManager.default.removeItem(atPath: path)
    }
}

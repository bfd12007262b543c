import ArgumentParser
import FoundationEssentials
import Glibc
import Logging
import ServiceLifecycle
import Settings
import Telemetry
import UnixSignals
import Watchdog

@main
struct ContinuoWatchdog: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "continuo-watchdog",
        abstract: "Continuo's watchdog: takes agents' reports into the ledger, and runs the clocks.",
        discussion: """
            Any number may run; the clocks run on one of them. Settings come from the environment:
              CONTINUO_DATABASE_URL   the ledger, a PostgreSQL URI
              CONTINUO_AMQP_URL       the broker, an AMQP URI
              CONTINUO_ROOT_KEY_FILE  the file of the root key, the same as the engine's
              CONTINUO_LOG_LEVEL      trace, debug, info, notice, warning, error or critical; info unless said

            Example: CONTINUO_ROOT_KEY_FILE=/etc/continuo/root-key continuo-watchdog

            Exit codes: 0 asked to end, 64 wrong usage, 78 a setting can't be used, 1 any other failure.
            """)

    func run() async throws {
        Telemetry.start()
        let logger = Logger(label: "continuo.watchdog")
        let watchdog = Watchdog(try settings(), logger: logger)
        var configuration = ServiceGroupConfiguration(
            services: watchdog.services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        configuration.maximumGracefulShutdownDuration = .seconds(10)
        try await ServiceGroup(configuration: configuration).run()
    }

    private func settings() throws -> Watchdog.Configuration {
        do throws(SettingError) {
            let environment = Settings.Environment(ProcessInfo.processInfo.environment)
            return Watchdog.Configuration(
                database: try environment.database(program: "continuo-watchdog"), broker: try environment.broker(),
                root: try environment.rootKey())
        } catch {
            let text = "Error: \(error)\n"
            _ = write(2, text, text.utf8.count)
            throw ExitCode(78)
        }
    }
}

import ArgumentParser
import Blueprints
import Engine
import Logging
import ServiceLifecycle
import Settings
import Telemetry
import UnixSignals

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Answer the API and relay commands (what is done unless said otherwise).",
        discussion: "Example: CONTINUO_LISTEN=0.0.0.0:8040 continuo-engine serve")

    func run() async throws {
        Telemetry.start()
        let logger = Logger(label: "continuo.engine")
        try await exiting {
            let engine = try engine(logger)
            var configuration = ServiceGroupConfiguration(
                services: engine.services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
            configuration.maximumGracefulShutdownDuration = .seconds(10)
            try await ServiceGroup(configuration: configuration).run()
        }
    }

    private func engine(_ logger: Logger) throws -> Engine {
        do {
            return try Engine(
                try settings(), blueprints: try .all(.ofProcess), logger: logger,
                listening: { logger.info("listening on \($0)") })
        } catch let error as ServerIdentity.Unusable {
            throw SettingError("CONTINUO_TLS_CERTIFICATE", rule: error.description)
        }
    }

    private func settings() throws -> Engine.Configuration {
        let environment = Settings.Environment.ofProcess
        let text = environment.text("CONTINUO_LISTEN") ?? "127.0.0.1:8040"
        guard let listen = ListenAddress(text) else {
            throw SettingError("CONTINUO_LISTEN", value: text, rule: "must be host:port, such as 127.0.0.1:8040")
        }
        return Engine.Configuration(
            listen: listen, database: try environment.database(program: "continuo-engine"), broker: try environment.broker(),
            root: try environment.rootKey(), limits: try limits(environment),
            origins: AllowedOrigins(environment.list("CONTINUO_CORS_ORIGINS")),
            images: ImageAllowList(environment.list("CONTINUO_IMAGES")), identity: try identity(environment))
    }

    private func identity(_ environment: Settings.Environment) throws -> (@Sendable () throws -> ServerIdentity)? {
        guard let files = try environment.tlsFiles() else { return nil }
        return {
            ServerIdentity(
                certificates: try read("CONTINUO_TLS_CERTIFICATE", files.certificate, isSecret: false),
                key: try read("CONTINUO_TLS_KEY", files.key, isSecret: true))
        }
    }

    private func read(_ variable: String, _ path: String, isSecret: Bool) throws(SettingError) -> [UInt8] {
        do throws(SecretFile.Failure) {
            return try SecretFile.read(path, isSecret: isSecret)
        } catch {
            throw SettingError(variable, value: path, rule: error.description)
        }
    }

    private func limits(_ environment: Settings.Environment) throws -> Limits {
        guard let text = environment.text("CONTINUO_CONNECTIONS") else { return Limits() }
        guard let connections = Int(text), (1...100_000).contains(connections) else {
            throw SettingError("CONTINUO_CONNECTIONS", value: text, rule: "must be a number from 1 to 100000")
        }
        return Limits(connections: connections)
    }
}

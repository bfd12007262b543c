internal import FoundationEssentials
public import Logging

/// How a program tells its operators what it does.
public enum Telemetry {
    /// Sends all logs to the standard error stream, from `CONTINUO_LOG_LEVEL` on (trace, debug, info, notice, warning, error,
    /// critical; info unless said). To be called once, first of all.
    public static func start() {
        let level = level(named: ProcessInfo.processInfo.environment["CONTINUO_LOG_LEVEL"])
        LoggingSystem.bootstrap { LineLogHandler(label: $0, level: level) }
    }

    /// `info` for what is no level's name.
    public static func level(named name: String?) -> Logger.Level {
        name.flatMap { Logger.Level(rawValue: $0.lowercased()) } ?? .info
    }
}

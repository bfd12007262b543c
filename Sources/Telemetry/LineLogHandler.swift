internal import FoundationEssentials
internal import Glibc
public import Logging

/// Writes each event as one line to the standard error stream, in one `write`, so that lines of several threads never mix.
public struct LineLogHandler: LogHandler {
    private let label: String
    public var logLevel: Logger.Level
    public var metadata: Logger.Metadata = [:]
    public var metadataProvider: Logger.MetadataProvider?

    public init(label: String, level: Logger.Level) {
        self.label = label
        logLevel = level
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        let all = metadata.merging(metadataProvider?.get() ?? [:]) { $1 }.merging(event.metadata ?? [:]) { $1 }
        var line = LogLine.text(
            at: Date(), level: event.level, label: label, message: event.message, metadata: all, error: event.error)
        line += "\n"
        line.withUTF8 { bytes in
            // A log that can't be written must not stop the work.
            _ = write(STDERR_FILENO, bytes.baseAddress, bytes.count)
        }
    }
}

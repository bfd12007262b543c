import Drivers
import Model

extension ContainerSpec.LogConfig {
    /// Docker's own, at most 30 MB a container. Tasks always have it: what they give is read out of it.
    static let usual = Self(type: "json-file", config: ["max-size": "10m", "max-file": "3"])

    /// As the host's operator wants it.
    /// - Throws: `badPlan` for a driver or options that can't be any.
    init(_ settings: HostSettings) throws(WorkError) {
        let options = settings.logOptions
        let sane = options.count <= 32 && options.allSatisfy { Self.isWord($0.key) && $0.value.utf8.count <= 1024 }
        let type = settings.logDriver ?? Self.usual.type
        guard sane, Self.isWord(type), type != "none" else {
            throw WorkError(
                .terminal, .badPlan,
                "the host's log settings are no driver with options: name one that keeps what nodes write, json-file or journald say"
            )
        }
        self = Self(type: type, config: type == Self.usual.type ? Self.usual.config.merging(options) { $1 } : options)
    }

    /// A name as drivers and options have them; a plugin's is an image's.
    private static func isWord(_ text: String) -> Bool {
        (1...128).contains(text.utf8.count)
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_./:".contains($0)) }
    }
}

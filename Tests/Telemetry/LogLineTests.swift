import Foundation
import Logging
import Telemetry
import Testing

@Suite("Log lines")
struct LogLineTests {
    struct Failure: Error, CustomStringConvertible {
        var description: String { "it broke" }
    }

    func line(_ message: Logger.Message, _ metadata: Logger.Metadata = [:], error: (any Error)? = nil) -> String {
        LogLine.text(
            at: Date(timeIntervalSince1970: 0), level: .info, label: "continuo.agent", message: message, metadata: metadata,
            error: error)
    }

    @Test("time, level, label, message, then what belongs to it by name")
    func order() {
        #expect(
            line("connected", ["queue": "q", "host": "a b", "empty": ""], error: Failure())
                == "1970-01-01T00:00:00.000Z info continuo.agent connected empty=\"\" host=\"a b\" queue=q error=\"it broke\"")
    }

    @Test(
        "no text makes a second line or a false value",
        arguments: ["a\nb", "a\u{1B}[2Jb", "x=\"1\" level=error", "a\r\nb", "a\u{2028}b"])
    func injection(_ text: String) {
        let line = line("\(text)", ["key": "\(text)"])
        #expect(!line.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x2028 })
        #expect(line.split(separator: " key=").count == 2)
    }

    @Test("an unknown level is info")
    func levels() {
        #expect(Telemetry.level(named: "DEBUG") == .debug)
        #expect(Telemetry.level(named: "loud") == .info)
        #expect(Telemetry.level(named: nil) == .info)
    }
}

public import FoundationEssentials
public import Logging

/// One event as one line that people and programs read: `2026-03-01T12:00:00.000Z info continuo.agent connected queue=commands`.
///
/// Text from outside can't forge a line: control characters are escaped, and values with blanks, quotes or equals signs are quoted.
public enum LogLine {
    public static func text(
        at time: Date, level: Logger.Level, label: String, message: Logger.Message, metadata: Logger.Metadata,
        error: (any Error)? = nil
    ) -> String {
        var line = "\(time.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))) \(level) \(label) "
        line += escaped(message.description)
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            line += " \(key)=\(quoted(value.description))"
        }
        if let error { line += " error=\(quoted("\(error)"))" }
        return line
    }

    private static func quoted(_ value: String) -> String {
        let plain = value.unicodeScalars.allSatisfy { !isControl($0) && $0 != " " && $0 != "\"" && $0 != "=" }
        return plain && !value.isEmpty
            ? value : "\"" + escaped(value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")) + "\""
    }

    private static func escaped(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": result.append(contentsOf: "\\n".unicodeScalars)
            case _ where isControl(scalar): result.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
            default: result.append(scalar)
            }
        }
        return String(result)
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || scalar.value == 0x2028 || scalar.value == 0x2029
    }
}

import HTTPTypes

/// `Prefer: wait=N` (RFC 7240): for how long the caller would wait for the end of the work that its request begins.
enum Preference {
    /// Nobody waits longer.
    static let longestWait = 60

    /// - Returns: `nil` when it is not said, or not as a number of seconds: preferences are never refused.
    static func wait(in fields: [String]) -> Duration? {
        for preference in fields.flatMap({ $0.split(separator: ",") }) {
            let words = preference.split(separator: ";").first?.split(separator: "=") ?? []
            guard words.count == 2, trimmed(words[0]).lowercased() == "wait",
                let seconds = Int(trimmed(words[1]).filter { $0 != "\"" }), seconds > 0
            else { continue }
            return .seconds(min(seconds, longestWait))
        }
        return nil
    }

    private static func trimmed(_ text: Substring) -> String {
        text.filter { $0 != " " && $0 != "\t" }
    }
}

extension HTTPField.Name {
    // Tokens of letters and dashes are always field names.
    static let prefer = HTTPField.Name("Prefer")!
    static let preferenceApplied = HTTPField.Name("Preference-Applied")!
}

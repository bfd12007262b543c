internal import FoundationEssentials

/// Where a piece of a log ended: the time of its last line, and how many lines of that very time have been told.
///
/// Times are compared as text: RFC 3339 in UTC with nine digits after the point.
public struct LogCursor: Sendable, Hashable, LosslessStringConvertible {
    public var time: String
    public var count: Int

    /// Before every line.
    public static let start = LogCursor(time: "1970-01-01T00:00:00.000000000Z", count: 0)

    public init(time: String, count: Int) {
        self.time = time
        self.count = count
    }

    /// Reads `2026-11-25T22:30:00.123456789Z/2`; `nil` for anything else.
    public init?(_ description: String) {
        let parts = description.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let time = Self.time(parts[0]), let count = Int(parts[1]), count >= 0 else { return nil }
        self.init(time: time, count: count)
    }

    public var description: String { "\(time)/\(count)" }

    /// A time as hosts write it, with nine digits after the point; `nil` where it is none in UTC.
    public static func time(_ text: Substring) -> String? {
        guard text.hasSuffix("Z"), text.utf8.count >= 20, date(text) != nil else { return nil }
        let fraction = text.dropFirst(19).dropLast()
        guard fraction.isEmpty || fraction.first == ".", fraction.count <= 10,
            fraction.dropFirst().allSatisfy({ ("0"..."9").contains($0) })
        else { return nil }
        let digits = fraction.dropFirst()
        return "\(text.prefix(19)).\(digits)\(String(repeating: "0", count: 9 - digits.count))Z"
    }

    /// The time as seconds since 1970 with nanoseconds after the point, as Docker's `since` wants it.
    public var unixTime: String {
        let seconds = Self.date(time[...]).map { Int($0.timeIntervalSince1970) } ?? 0
        return "\(seconds).\(time.dropFirst(20).prefix(9))"
    }

    private static func date(_ text: Substring) -> Date? {
        try? Date("\(text.prefix(19))Z", strategy: .iso8601)
    }
}

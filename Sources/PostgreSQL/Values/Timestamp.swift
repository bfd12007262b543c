/// A point in time in PostgreSQL's ISO form, `2026-02-03 04:05:06.789+00`; the zone may be missing (UTC).
struct Timestamp: Equatable {
    /// Microseconds since 1970.
    let microseconds: Int

    init(microseconds: Int) {
        self.microseconds = microseconds
    }

    /// nil outside of what a `timestamptz` can hold after year 0, and for infinity.
    init?(secondsSince1970 seconds: Double) {
        guard seconds.isFinite, seconds >= Self.firstSecond, seconds < Self.endSecond else { return nil }
        microseconds = Int((seconds * 1_000_000).rounded())
    }

    var secondsSince1970: Double { Double(microseconds) / 1_000_000 }

    private static let firstSecond = -62_135_596_800.0  // 0001-01-01
    private static let endSecond = 9_224_318_016_000.0  // 294277-01-01
}

// MARK: Writing

extension Timestamp {
    var text: String {
        let (days, time) = microseconds.dividedFloor(by: 86_400_000_000)
        let (year, month, day) = CivilDate.date(daysSince1970: days)
        let (second, fraction) = time.dividedFloor(by: 1_000_000)
        let clock = "\(second / 3600, width: 2):\(second / 60 % 60, width: 2):\(second % 60, width: 2)"
        return "\(year, width: 4)-\(month, width: 2)-\(day, width: 2) \(clock).\(fraction, width: 6)+00"
    }
}

extension String.StringInterpolation {
    fileprivate mutating func appendInterpolation(_ number: Int, width: Int) {
        let digits = String(number)
        appendLiteral(String(repeating: "0", count: max(0, width - digits.count)) + digits)
    }
}

extension Int {
    /// Quotient rounded down, remainder never negative.
    fileprivate func dividedFloor(by divisor: Int) -> (quotient: Int, remainder: Int) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}

// MARK: Reading

extension Timestamp {
    init?(_ text: ArraySlice<UInt8>) {
        var rest = text
        guard let year = rest.takeNumber(), rest.take("-"), let month = rest.takeNumber(), rest.take("-"),
            let day = rest.takeNumber(), 1...12 ~= month, 1...31 ~= day
        else { return nil }
        let days = CivilDate.daysSince1970(year: year, month: month, day: day)
        guard let time = rest.isEmpty ? 0 : Self.takeTime(&rest), let offset = Self.takeZone(&rest), rest.isEmpty else {
            return nil
        }
        microseconds = (days * 86400 - offset) * 1_000_000 + time
    }

    /// Microseconds since midnight.
    private static func takeTime(_ rest: inout ArraySlice<UInt8>) -> Int? {
        guard rest.take(" "), let hour = rest.takeNumber(), rest.take(":"), let minute = rest.takeNumber(),
            rest.take(":"), let second = rest.takeNumber()
        else { return nil }
        var fraction = 0
        if rest.take(".") {
            let digits = rest.count
            guard let number = rest.takeNumber(), digits - rest.count <= 6 else { return nil }
            fraction = (digits - rest.count..<6).reduce(number) { value, _ in value * 10 }
        }
        return (hour * 3600 + minute * 60 + second) * 1_000_000 + fraction
    }

    /// Seconds east of Greenwich.
    private static func takeZone(_ rest: inout ArraySlice<UInt8>) -> Int? {
        let isWest = rest.first == UInt8(ascii: "-")
        guard rest.take("-") || rest.take("+") else { return 0 }
        guard let hours = rest.takeNumber() else { return nil }
        var seconds = hours * 3600
        for unit in [60, 1] where rest.take(":") {
            guard let number = rest.takeNumber() else { return nil }
            seconds += number * unit
        }
        return isWest ? -seconds : seconds
    }
}

extension ArraySlice<UInt8> {
    fileprivate mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard first == UInt8(ascii: character) else { return false }
        removeFirst()
        return true
    }

    /// Up to nine digits.
    fileprivate mutating func takeNumber() -> Int? {
        var number = 0
        var count = 0
        while count < 9, let digit = first.map({ $0 &- UInt8(ascii: "0") }), digit <= 9 {
            number = number * 10 + Int(digit)
            count += 1
            removeFirst()
        }
        return count == 0 ? nil : number
    }
}

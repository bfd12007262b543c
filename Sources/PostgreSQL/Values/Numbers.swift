extension Bool: PostgresCodable {
    public static var postgresType: PostgresType { .bool }
    public var postgresText: String? { self ? "t" : "f" }

    public static func decode(postgres text: ArraySlice<UInt8>) -> Bool? {
        switch text.first {
        case UInt8(ascii: "t") where text.count == 1: true
        case UInt8(ascii: "f") where text.count == 1: false
        default: nil
        }
    }
}

extension Int: PostgresCodable {
    public static var postgresType: PostgresType { .inferred }
    public var postgresText: String? { String(self) }
    public static func decode(postgres text: ArraySlice<UInt8>) -> Int? { integer(text) }
}

extension Int32: PostgresCodable {
    public static var postgresType: PostgresType { .inferred }
    public var postgresText: String? { String(self) }
    public static func decode(postgres text: ArraySlice<UInt8>) -> Int32? { integer(text) }
}

extension Int64: PostgresCodable {
    public static var postgresType: PostgresType { .inferred }
    public var postgresText: String? { String(self) }
    public static func decode(postgres text: ArraySlice<UInt8>) -> Int64? { integer(text) }
}

extension Double: PostgresCodable {
    public static var postgresType: PostgresType { .float8 }
    public var postgresText: String? { String(self) }

    public static func decode(postgres text: ArraySlice<UInt8>) -> Double? {
        Double(String(decoding: text, as: UTF8.self))
    }
}

/// Reads `-?[0-9]+` without making a string of it; nil when it does not fit.
private func integer<T: FixedWidthInteger & SignedInteger>(_ text: ArraySlice<UInt8>) -> T? {
    let isNegative = text.first == UInt8(ascii: "-")
    let digits = isNegative ? text.dropFirst() : text
    guard !digits.isEmpty else { return nil }
    var value: T = 0
    for character in digits {
        let digit = character &- UInt8(ascii: "0")
        guard digit <= 9 else { return nil }
        let (product, tooLarge) = value.multipliedReportingOverflow(by: 10)
        // Negative all the way: the smallest number has no positive twin.
        let (sum, overflow) = product.subtractingReportingOverflow(T(digit))
        guard !tooLarge, !overflow else { return nil }
        value = sum
    }
    guard !isNegative else { return value }
    return value == .min ? nil : -value
}

public import FoundationEssentials

/// A point in time: `timestamptz`, to the microsecond. A `timestamp` or `date` column is read as UTC.
extension Date: PostgresCodable {
    public static var postgresType: PostgresType { .timestamptz }

    public var postgresText: String? {
        Timestamp(secondsSince1970: timeIntervalSince1970)?.text ?? (timeIntervalSince1970 < 0 ? "-infinity" : "infinity")
    }

    public static func decode(postgres text: ArraySlice<UInt8>) -> Date? {
        if text.elementsEqual("infinity".utf8) { return Date(timeIntervalSince1970: .infinity) }
        if text.elementsEqual("-infinity".utf8) { return Date(timeIntervalSince1970: -.infinity) }
        return Timestamp(text).map { Date(timeIntervalSince1970: $0.secondsSince1970) }
    }
}

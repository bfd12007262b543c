/// A value of a message header or of a queue's arguments: the AMQP 0-9-1 field types, as RabbitMQ extends them
/// (https://www.rabbitmq.com/amqp-0-9-1-errata.html#section_3).
public enum FieldValue: Sendable, Hashable {
    case boolean(Bool)
    case integer(Int64)
    case double(Double)
    case string(String)
    case bytes([UInt8])
    /// Seconds since 1970.
    case timestamp(UInt64)
    case list([FieldValue])
    case table([String: FieldValue])
    case null
}

extension FieldValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(booleanLiteral value: Bool) { self = .boolean(value) }
}

extension FieldValue {
    /// The text of a `string`, nil for every other type.
    public var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// The number of an `integer`, nil for every other type.
    public var integer: Int64? {
        if case .integer(let value) = self { value } else { nil }
    }
}

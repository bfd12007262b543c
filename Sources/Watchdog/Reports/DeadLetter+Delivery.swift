import FoundationEssentials
import Ledger
import Model
import RabbitMQ
import Wire

extension DeadLetter {
    private static let textLimit = 1000
    private static let headerLimit = 50

    /// What a message in `continuo.dead` says of itself; anyone may have put it there, so nothing of it is taken for granted.
    init(_ delivery: Delivery, at now: Date = Date()) {
        let headers = delivery.headers
        self.init(
            id: headers[Queues.deadID]?.string.flatMap { DeadLetterID($0) } ?? .fresh(), at: now, queue: Self.queue(headers),
            reason: Self.text(headers[Queues.deadReason]) ?? "unknown",
            detail: Self.text(headers[Queues.deadDetail]), headers: Self.readable(headers), size: delivery.size)
    }

    private static func queue(_ headers: [String: FieldValue]) -> String {
        let key = text(headers[Queues.deadRoutingKey])
        return switch text(headers[Queues.deadExchange]) {
        case Queues.commandsExchange: "\(Queues.commandsExchange).\(key ?? "")"
        case Queues.reportsExchange: Queues.reports
        case Queues.control: Queues.control
        default: key ?? "unknown"
        }
    }

    private static func text(_ value: FieldValue?) -> String? {
        (value?.string).map { String($0.prefix(textLimit)) }
    }

    private static func readable(_ headers: [String: FieldValue]) -> JSONValue {
        let known = headers.sorted { $0.key < $1.key }.prefix(headerLimit)
        return .object(Dictionary(uniqueKeysWithValues: known.map { ($0.key, $0.value.readable) }))
    }
}

extension FieldValue {
    /// Nested values come from nobody of ours: only their kind is said.
    fileprivate var readable: JSONValue {
        switch self {
        case .boolean(let value): .bool(value)
        case .integer(let value): .integer(Int(value))
        case .double(let value): value.isFinite ? .number(value) : .null
        case .string(let text): .string(String(text.prefix(1000)))
        case .bytes(let bytes): .string("\(bytes.count) bytes")
        case .timestamp(let seconds): .integer(Int(clamping: seconds))
        case .list(let values): .string("a list of \(values.count)")
        case .table(let members): .string("a table of \(members.count)")
        case .null: .null
        }
    }
}

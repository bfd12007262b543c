import Model
import PostgreSQL
import Synchronization

/// Values that were read before, by their text. The chains of a pool share plan, parameters and mostly what is desired of them, and
/// reading these costs more than all the rest of a chain; equal text means an equal value, so nothing can be out of date.
final class ReadBefore<Value: Decodable & Sendable>: Sendable {
    private let limit: Int
    private let values = Mutex<[String: Value]>([:])

    /// - Parameter limit: how many values are kept; all are forgotten when there are more.
    init(limit: Int) {
        self.limit = limit
    }

    func value(_ json: JSONText) throws -> Value {
        if let known = values.withLock({ $0[json.text] }) { return known }
        let value: Value = try StoredJSON.value(json)
        values.withLock { values in
            if values.count >= limit { values = [:] }
            values[json.text] = value
        }
        return value
    }
}

extension Row {
    func plan(_ column: String) throws -> Plan { try knownPlans.value(try decode(column)) }
    func parameters(_ column: String) throws -> JSONValue { try knownParameters.value(try decode(column)) }
    func desired(_ column: String) throws -> Desired { try knownDesires.value(try decode(column)) }
}

private let knownPlans = ReadBefore<Plan>(limit: 64)
private let knownParameters = ReadBefore<JSONValue>(limit: 256)
private let knownDesires = ReadBefore<Desired>(limit: 256)

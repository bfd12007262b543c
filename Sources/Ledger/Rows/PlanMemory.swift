import Model
import PostgreSQL
import Synchronization

/// Plans that were read before, by their text. The chains of a pool share one plan, and reading it costs more than all the rest
/// of a chain; equal text means an equal plan, so nothing can be out of date.
final class PlanMemory: Sendable {
    static let shared = PlanMemory(limit: 64)

    private let limit: Int
    private let plans = Mutex<[String: Plan]>([:])

    /// - Parameter limit: how many plans are kept; all are forgotten when there are more.
    init(limit: Int) {
        self.limit = limit
    }

    func plan(_ json: JSONText) throws -> Plan {
        if let known = plans.withLock({ $0[json.text] }) { return known }
        let plan: Plan = try StoredJSON.value(json)
        plans.withLock { plans in
            if plans.count >= limit { plans = [:] }
            plans[json.text] = plan
        }
        return plan
    }
}

extension Row {
    func plan(_ column: String) throws -> Plan {
        try PlanMemory.shared.plan(try decode(column))
    }
}

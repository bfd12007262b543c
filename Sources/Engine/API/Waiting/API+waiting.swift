import HTTPTypes
import Ledger
import Model

/// Work that a request begins, and what is answered once it has ended.
struct UnderWay: Sendable {
    var operation: OperationID
    var outcome: @Sendable () async throws -> Answer
}

/// `Prefer: wait=N`: the answer waits until the work has ended, and is 200 with what came of it; after so many seconds it is 202
/// with how things are by then.
extension API {
    func waiting(_ route: Route) -> Route {
        route.with { call in
            let answer = try await route.handler(call)
            guard let patience = call.patience, let underWay = answer.underWay else { return answer }
            let hasEnded = await operations.hasEnded(underWay.operation, within: patience)
            var outcome = try await underWay.outcome()
            outcome.headers[.idempotencyReplayed] = answer.headers[.idempotencyReplayed]
            guard hasEnded else {
                outcome.status = .accepted
                outcome.headers[.location] = answer.headers[.location]
                return outcome
            }
            outcome.headers[.preferenceApplied] = "wait=\(patience.components.seconds)"
            return outcome
        }
    }

    /// 202: a resource with the operation that works on it.
    ///
    /// - Parameter resource: as it is then, shown again once the operation has ended.
    func underWay(
        _ operation: Model.Operation, _ resource: @escaping @Sendable () async throws -> JSONValue
    ) async throws -> Answer {
        underWay(operation, try await resource().with("operation", try await rendered(operation)), resource)
    }

    /// The same, where what is answered now is known.
    func underWay(
        _ operation: Model.Operation, _ now: JSONValue, _ resource: @escaping @Sendable () async throws -> JSONValue
    ) -> Answer {
        bell.ring()
        var answer = Answer(.accepted, json: now)
        answer.headers[.location] = "/v1/operations/\(operation.id)"
        answer.underWay = UnderWay(operation: operation.id) {
            let ended = try await ledger.operation(operation.id).0
            return Answer(.ok, json: try await resource().with("operation", try await rendered(ended)))
        }
        return answer
    }

    /// 202: an operation, whose end is still to come.
    func underWay(_ operation: Model.Operation) async throws -> Answer {
        bell.ring()
        var answer = Answer(.accepted, json: try await rendered(operation))
        answer.headers[.location] = "/v1/operations/\(operation.id)"
        answer.underWay = UnderWay(operation: operation.id) {
            Answer(.ok, json: try await rendered(try await ledger.operation(operation.id).0))
        }
        return answer
    }
}

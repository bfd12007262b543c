import HTTPTypes
import Ledger
import Model

extension API {
    var operationRoutes: [Route] {
        [
            Route(.get, "/v1/operations", .see, handler: listOperations),
            Route(.get, "/v1/operations/{id}", .see, handler: getOperation),
            Route(.post, "/v1/operations/{id}/retry", .change, takesBody: true, handler: retryOperation),
            Route(.post, "/v1/operations/{id}/cancel", .change, takesBody: true, handler: cancelOperation),
        ]
    }

    /// A tenant names the chain whose operations it wants to see.
    private func listOperations(_ call: Call) async throws -> Answer {
        var query = call.queryFields()
        let chain: ChainID? = query.optional("chain", .identifier())
        let filter = OperationFilter(
            host: query.optional("host", .identifier()), chain: chain, status: query.optional("status", .choice),
            kind: query.optional("kind", .choice), parent: query.optional("parent", .identifier()))
        if chain == nil, call.scope != .all { query.refuse("chain", value: nil, rule: "required: a chain of the key's tenant") }
        let request = query.page()
        try query.complete()
        if let chain { try await checkVisible(chain, call) }
        let page = try await ledger.operations(filter, request)
        return .list(try await rendered(page.items), next: page.next)
    }

    private func getOperation(_ call: Call) async throws -> Answer {
        try call.refuseAnyField()
        let id: OperationID = try call.identifier("operation")
        let (operation, attempts) = try await ledger.operation(id)
        guard try await mayBeSeen(operation, call) else { throw Problem.notFound("There is no operation \(id).") }
        return Answer(.ok, json: try await rendered(operation).with("attempts", .array(attempts.map(\.json))))
    }

    /// The answer is the operation that does the work now: the same one, or a new one.
    private func retryOperation(_ call: Call) async throws -> Answer {
        try call.refuseAnyField()
        let operation = try await ledger.retry(try call.identifier("operation"))
        return try await underWay(operation)
    }

    private func cancelOperation(_ call: Call) async throws -> Answer {
        try call.refuseAnyField()
        let (operation, mustBroadcast) = try await ledger.cancel(try call.identifier("operation"))
        if operation.kind.isParent, !operation.status.hasEnded { return try await underWay(operation) }
        guard mustBroadcast else { return Answer(.ok, json: try await rendered(operation)) }
        var answer = try await underWay(operation)
        answer.afterwards = { await broadcast.send(operation) }
        return answer
    }

    private func mayBeSeen(_ operation: Model.Operation, _ call: Call) async throws -> Bool {
        guard case .tenant(let tenant) = call.scope else { return true }
        guard let chain = operation.chain else { return false }
        return try await ledger.lease(of: chain)?.tenant == tenant
    }
}

import HTTPTypes
import Ledger
import Model

extension API {
    var operationRoutes: [Route] {
        [
            Route(.get, "/v1/operations", .see, handler: listOperations),
            Route(.get, "/v1/operations/{id}", .see, handler: getOperation),
        ]
    }

    /// A tenant names the chain whose operations it wants to see.
    private func listOperations(_ call: Call) async throws -> Answer {
        var query = call.queryFields()
        let chain: ChainID? = query.optional("chain", .identifier())
        let filter = OperationFilter(
            host: query.optional("host", .identifier()), chain: chain, status: query.optional("status", .choice),
            kind: query.optional("kind", .choice))
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

    private func mayBeSeen(_ operation: Model.Operation, _ call: Call) async throws -> Bool {
        guard case .tenant(let tenant) = call.scope else { return true }
        guard let chain = operation.chain else { return false }
        return try await ledger.lease(of: chain)?.tenant == tenant
    }
}

import HTTPTypes
import Ledger
import Model

extension API {
    var poolRoutes: [Route] {
        [
            Route(.post, "/v1/pools", .change, takesBody: true, handler: createPool),
            Route(.get, "/v1/pools", .inspect, handler: listPools),
            Route(.get, "/v1/pools/{id}", .inspect, handler: getPool),
            Route(.delete, "/v1/pools/{id}", .change, handler: deletePool),
        ]
    }

    private func createPool(_ call: Call) async throws -> Answer {
        var query = call.queryFields()
        try query.complete()
        var fields = try call.fields()
        let parameters = fields.optional("parameters", .object) ?? [:]
        let (name, blueprint, warm) = try fields.complete(
            fields.required("name", .name), fields.required("blueprint", .name), fields.required("warm", .warm))
        let recipe = try recipes.recipe(blueprint, parameters)
        let pool = try await ledger.createPool(name: name, plan: recipe.plan, parameters: recipe.parameters, warm: warm)
        var answer = Answer(.created, json: pool.json)
        answer.headers[.location] = "/v1/pools/\(pool.id)"
        return answer
    }

    private func listPools(_ call: Call) async throws -> Answer {
        var query = call.queryFields()
        let request = query.page()
        try query.complete()
        let page = try await ledger.pools(request)
        return .list(page.items.map(\.json), next: page.next)
    }

    private func getPool(_ call: Call) async throws -> Answer {
        try call.refuseAnyField()
        return Answer(.ok, json: try await ledger.pool(try call.identifier("pool")).json)
    }

    /// Its chains stay; nobody fills it up any more.
    private func deletePool(_ call: Call) async throws -> Answer {
        try call.refuseAnyField()
        try await ledger.deletePool(try call.identifier("pool"))
        return .nothing
    }
}

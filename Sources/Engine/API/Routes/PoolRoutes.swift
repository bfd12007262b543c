import HTTPTypes
import Ledger
import Model

extension API {
    var poolRoutes: [Route] {
        [
            Route(.post, "/v1/pools", .change, takesBody: true, handler: createPool),
            Route(.get, "/v1/pools", .inspect, handler: listPools),
            Route(.get, "/v1/pools/{id}", .inspect) { call in
                try call.refuseAnyField()
                return shown(try await ledger.pool(try call.identifier("pool")))
            },
            Route(.patch, "/v1/pools/{id}", .change, takesBody: true, handler: changePool),
            Route(.delete, "/v1/pools/{id}", .change, handler: deletePool),
            Route(.post, "/v1/pools/{id}/pause", .change, takesBody: true) { try await setPaused(true, $0) },
            Route(.post, "/v1/pools/{id}/resume", .change, takesBody: true) { try await setPaused(false, $0) },
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
        var answer = shown(pool)
        answer.status = .created
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

    /// Chains that are there stay as they are.
    private func changePool(_ call: Call) async throws -> Answer {
        let precondition = try call.requiredPrecondition()
        var query = call.queryFields()
        try query.complete()
        var fields = try call.fields()
        let name = fields.optional("name", .name)
        let warm = fields.optional("warm", .warm)
        let blueprint = fields.optional("blueprint", .name)
        let parameters = fields.optional("parameters", .object)
        try fields.complete()
        let id: PoolID = try call.identifier("pool")
        let recipe = try await recipe(blueprint, parameters, of: id)
        return shown(
            try await ledger.changePool(id) { pool in
                guard precondition.holds(for: EntityTag(of: pool.configuration)) else { throw LedgerError.changedMeanwhile }
                pool.name = name ?? pool.name
                pool.warm = warm ?? pool.warm
                pool.plan = recipe?.plan ?? pool.plan
                pool.parameters = recipe?.parameters ?? pool.parameters
            })
    }

    /// Another blueprint begins with its own defaults.
    private func recipe(_ blueprint: String?, _ parameters: [String: JSONValue]?, of pool: PoolID) async throws -> Recipe? {
        guard blueprint != nil || parameters != nil else { return nil }
        let name = if let blueprint { blueprint } else { try await ledger.pool(pool).plan.blueprint.name }
        return try recipes.recipe(name, parameters ?? [:])
    }

    private func setPaused(_ isPaused: Bool, _ call: Call) async throws -> Answer {
        try call.refuseAnyField()
        return shown(try await ledger.changePool(try call.identifier("pool")) { $0.isPaused = isPaused })
    }

    /// Its chains stay; nobody fills it up any more.
    private func deletePool(_ call: Call) async throws -> Answer {
        try call.refuseAnyField()
        try await ledger.deletePool(try call.identifier("pool"))
        return .nothing
    }

    private func shown(_ pool: Model.Pool) -> Answer {
        Answer(.ok, json: pool.json).tagged(pool.configuration)
    }
}

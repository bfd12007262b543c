import HTTPTypes
import Ledger
import Model

extension API {
    var leaseRoutes: [Route] {
        [
            Route(.post, Self.applyPath, .lease, takesBody: true, handler: apply),
            Route(.post, "/v1/chains/{id}/release", .lease, takesBody: true, handler: release),
            Route(.post, "/v1/chains/{id}/renew", .lease, takesBody: true, handler: renew),
            Route(.get, "/v1/leases", .see, handler: listLeases),
            Route(.get, "/v1/leases/{id}", .see, handler: getLease),
        ]
    }

    static var applyPath: String { "/v1/chains/apply" }

    private func apply(_ call: Call) async throws -> Answer {
        let application = try application(call)
        if let given = try await ledger.applyForReady(application) {
            return Answer(.ok, json: rendered(given.lease, given.chain, address: given.address))
        }
        switch try await ledger.apply(application) {
        case .leased(let lease, let chain, _):
            return Answer(.ok, json: try await rendered(lease, chain, call))
        case .waiting(let lease, let chain, let operation):
            return try await underWay(operation) {
                let lease = try await ledger.lease(lease.id)
                return try await rendered(lease, try await ledger.chain(chain.id), call)
            }
        }
    }

    func application(_ call: Call) throws -> Application {
        guard let tenant = call.scope.tenant else {
            throw Problem(.forbidden, "Chains are leased to tenants: use a key of the role tenant.")
        }
        var query = call.queryFields()
        try query.complete()
        var fields = try call.fields()
        let blueprint = fields.optional("blueprint", .name)
        let parameters = fields.optional("parameters", .object)
        let holder = fields.optional("holder", .string(1...200))
        let ttl = fields.optional("ttl", .integer(1...31_536_000))
        let allowMultiple = fields.optional("allowMultiple", .flag) ?? false
        if parameters != nil, blueprint == nil {
            fields.refuse("parameters", value: nil, rule: "together with the blueprint whose they are")
        }
        try fields.complete()
        let making = try blueprint.map { (name) throws(Problem) in try recipes.recipe(name, parameters ?? [:]) }
        var application = Application(
            tenant: tenant, holder: holder, allowMultiple: allowMultiple, ttl: ttl.map(Double.init),
            matching: Application.Matching(blueprint: blueprint, parameters: parameters == nil ? nil : making?.parameters),
            making: making.map { Application.Making(plan: $0.plan, parameters: $0.parameters) })
        application.isLimited = call.caller?.isLimited ?? false
        application.hasTurn = call.hasTurn
        return application
    }

    func rendered(_ lease: Lease, _ chain: Chain, _ call: Call) async throws -> JSONValue {
        rendered(lease, chain, address: try await ledger.host(chain.host).target.address)
    }

    private func rendered(_ lease: Lease, _ chain: Chain, address: String) -> JSONValue {
        .object(["lease": lease.json, "chain": chain.json(address: address, lease: lease, showsTenant: false)])
    }

    private func release(_ call: Call) async throws -> Answer {
        try call.refuseAnyField()
        let lease = try await ledger.release(try call.identifier("chain"), tenant: call.scope.tenant)
        bell.ring()
        return Answer(.ok, json: .object(["lease": lease.json]))
    }

    /// From now on it lasts `ttl` seconds; without one, until it is given back.
    private func renew(_ call: Call) async throws -> Answer {
        var query = call.queryFields()
        try query.complete()
        var fields = try call.fields()
        let ttl = fields.optional("ttl", .integer(1...31_536_000))
        try fields.complete()
        let lease = try await ledger.renew(
            try call.identifier("chain"), ttl: ttl.map(Double.init), tenant: call.scope.tenant)
        return Answer(.ok, json: .object(["lease": lease.json]))
    }

    private func listLeases(_ call: Call) async throws -> Answer {
        var query = call.queryFields()
        let filter = LeaseFilter(
            tenant: call.scope.tenant ?? query.optional("tenant", .name), holder: query.optional("holder", .string(1...200)),
            chain: query.optional("chain", .identifier()), status: query.optional("status", .choice))
        let request = query.page()
        try query.complete()
        let page = try await ledger.leases(filter, request)
        return .list(page.items.map(\.json), next: page.next)
    }

    private func getLease(_ call: Call) async throws -> Answer {
        try call.refuseAnyField()
        return Answer(.ok, json: try await ledger.lease(try call.identifier("lease"), tenant: call.scope.tenant).json)
    }
}

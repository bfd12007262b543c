import HTTPTypes
import Ledger
import Model

extension API {
    var tenantRoutes: [Route] {
        [
            Route(.post, "/v1/tenants", .administer, takesBody: true, handler: addTenant),
            Route(.get, "/v1/tenants", .administer) { call in
                var query = call.queryFields()
                let request = query.pageOfNames()
                try query.complete()
                let page = try await ledger.tenants(request)
                return .list(page.items.map(\.json), next: page.next)
            },
            Route(.get, "/v1/tenants/{name}", .administer) { call in
                try call.refuseAnyField()
                return shown(try await ledger.tenant(call.name))
            },
            Route(.patch, "/v1/tenants/{name}", .administer, takesBody: true, handler: changeTenant),
        ]
    }

    private func addTenant(_ call: Call) async throws -> Answer {
        var query = call.queryFields()
        try query.complete()
        var fields = try call.fields()
        let quota = fields.optionalObject("quota", QuotaFields.init)
        let name = try fields.complete(fields.required("name", .name))
        var answer = shown(try await ledger.addTenant(name: name, quota: quota?.applied(to: Quota()) ?? Quota()))
        answer.status = .created
        answer.headers[.location] = "/v1/tenants/\(name)"
        return answer
    }

    private func changeTenant(_ call: Call) async throws -> Answer {
        let precondition = try call.requiredPrecondition()
        var query = call.queryFields()
        try query.complete()
        var fields = try call.fields()
        let quota = fields.optionalObject("quota", QuotaFields.init)
        try fields.complete()
        return shown(
            try await ledger.changeTenant(call.name) { tenant in
                guard precondition.holds(for: EntityTag(of: tenant.configuration)) else { throw LedgerError.changedMeanwhile }
                tenant.quota = quota?.applied(to: tenant.quota) ?? tenant.quota
            })
    }

    private func shown(_ tenant: Tenant) -> Answer {
        Answer(.ok, json: tenant.json).tagged(tenant.configuration)
    }
}

/// What a request says of a quota.
private struct QuotaFields: Sendable {
    let chains: Change<Int>
    let blueprints: [String: Int]?

    init?(_ fields: inout Fields) {
        chains = fields.change("chains") { $0.optional("chains", .integer(0...100_000)) }
        blueprints = fields.optional("blueprints", .counts)
    }

    func applied(to quota: Quota) -> Quota {
        Quota(chains: chains.applied(to: quota.chains), blueprints: blueprints ?? quota.blueprints)
    }
}

extension Tenant {
    var configuration: JSONValue {
        .object([
            "quota": .object([
                "chains": .optional(quota.chains), "blueprints": .object(quota.blueprints.mapValues(JSONValue.integer)),
            ])
        ])
    }

    var json: JSONValue {
        configuration.with(["name": .string(name), "createdAt": .date(createdAt)])
    }
}

extension Rule<[String: Int]> {
    /// How many of each blueprint.
    fileprivate static var counts: Self {
        Rule(text: "an object of at most 100 whole numbers from 0 to 100000, by blueprint") { value in
            guard case .object(let members) = value, members.count <= 100 else { return nil }
            var counts: [String: Int] = [:]
            for (name, member) in members {
                guard case .integer(let count) = member, (0...100_000).contains(count), isName(name) else { return nil }
                counts[name] = count
            }
            return counts
        }
    }
}

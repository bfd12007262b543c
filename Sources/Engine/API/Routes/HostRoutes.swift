import HTTPTypes
import Ledger
import Model

extension API {
    var hostRoutes: [Route] {
        [
            Route(.post, "/v1/hosts", .change, takesBody: true, handler: createHost),
            Route(.get, "/v1/hosts", .inspect, handler: listHosts),
            Route(.get, "/v1/hosts/{id}", .inspect, handler: getHost),
            Route(.patch, "/v1/hosts/{id}", .change, takesBody: true, handler: changeHost),
            Route(.delete, "/v1/hosts/{id}", .change, handler: deleteHost),
            Route(.post, "/v1/hosts/{id}/fillup", .change, takesBody: true, handler: fillUp),
            Route(.post, "/v1/hosts/{id}/clean", .change, takesBody: true) { call in
                try call.refuseAnyField()
                return try await underWay(try await ledger.clean(try call.identifier("host")))
            },
            Route(.post, "/v1/hosts/{id}/reset", .change, takesBody: true) { call in
                try call.refuseAnyField()
                return try await underWay(try await ledger.reset(try call.identifier("host")))
            },
        ]
    }

    private func createHost(_ call: Call) async throws -> Answer {
        let (new, fields) = try newHost(call)
        var sealed = new
        do {
            if case .set = fields.credentials {
                try fields.applyCredentials(to: &sealed.target, &sealed.sealedTo, site: try await ledger.site(new.site))
            }
            guard sealed.target.flaws.isEmpty else { throw Problem(fields: sealed.target.flaws) }
            return try await underWay(try await ledger.createHost(sealed))
        } catch LedgerError.notFound("site", let name) {
            throw Problem(noSite: name)
        }
    }

    private func newHost(_ call: Call) throws(Problem) -> (NewHost, HostFields) {
        var query = call.queryFields()
        try query.complete()
        var fields = try call.fields()
        let said = HostFields(&fields)
        for (name, isMissing) in said.missing where isMissing { fields.requirePresence(name) }
        let name = try fields.complete(fields.required("name", .name))
        let target = HostTarget(
            id: .fresh(), driver: said.driver ?? .docker, endpoint: said.endpoint ?? "", address: said.address ?? "",
            insecure: said.insecure ?? false, settings: said.settings(of: .usual))
        let new = NewHost(
            target: target, name: name, site: said.site ?? "default", capacity: said.capacity ?? 0,
            parallel: said.parallel ?? 4, schedulable: said.schedulable ?? true, autofill: said.autofill ?? true,
            prefers: try recipe(said.prefers).applied(to: nil), ports: said.ports ?? target.driver.usualPorts,
            network: said.network ?? "10.201.0.0/16")
        return (new, said)
    }

    private func recipe(_ order: Change<HostFields.Order>) throws(Problem) -> Change<Recipe> {
        switch order {
        case .unsaid: return .unsaid
        case .removed: return .removed
        case .set(let order): return .set(try recipes.recipe(order.blueprint, order.parameters))
        }
    }

    /// What agents need to know of it is probed again.
    private func changeHost(_ call: Call) async throws -> Answer {
        let precondition = try call.requiredPrecondition()
        var query = call.queryFields()
        try query.complete()
        var fields = try call.fields()
        let said = HostFields(&fields)
        try fields.complete()
        let recipe = try recipe(said.prefers)
        let changed: ChangedHost
        do {
            changed = try await ledger.changeHost(try call.identifier("host")) { host, site in
                guard precondition.holds(for: EntityTag(of: host.configuration)) else { throw LedgerError.changedMeanwhile }
                said.apply(to: &host)
                host.prefers = recipe.applied(to: host.prefers)
                let place = try site(host.site)
                try said.applyCredentials(to: &host.target, &host.sealedTo, site: place)
                host.needsCredentials = host.sealedTo.map { $0 != place.publicKey } ?? false
                if let flaw = host.target.flaws.first {
                    throw LedgerError.invalid(field: flaw.field, value: flaw.value, rule: flaw.rule)
                }
            }
        } catch LedgerError.notFound("site", let name) {
            throw Problem(noSite: name)
        }
        guard let probe = changed.probe else {
            return Answer(.ok, json: try await rendered(changed.host)).tagged(changed.host.configuration)
        }
        return try await underWay((changed.host, probe))
    }

    private func listHosts(_ call: Call) async throws -> Answer {
        var query = call.queryFields()
        let filter = HostFilter(
            status: query.optional("status", .choice), driver: query.optional("driver", .choice),
            site: query.optional("site", .name), name: query.optional("name", .name),
            schedulable: query.optional("schedulable", .flagText), autofill: query.optional("autofill", .flagText),
            needsCredentials: query.optional("needsCredentials", .flagText))
        let request = query.page()
        try query.complete()
        let page = try await ledger.hosts(filter, request)
        let counts = try await ledger.chainCounts(of: page.items.map(\.id))
        let attendance = Attendance(try await ledger.liveAgents())
        let hosts = page.items.map { $0.json(chains: counts[$0.id] ?? 0, unattended: attendance.lacks($0)) }
        return .list(hosts, next: page.next)
    }

    private func getHost(_ call: Call) async throws -> Answer {
        try call.refuseAnyField()
        let host = try await existingHost(try call.identifier("host"))
        return Answer(.ok, json: try await rendered(host)).tagged(host.configuration)
    }

    func rendered(_ host: Host) async throws -> JSONValue {
        let attendance = Attendance(try await ledger.liveAgents())
        return host.json(chains: try await ledger.chainCount(of: host.id), unattended: attendance.lacks(host))
    }

    private func existingHost(_ id: HostID) async throws -> Host {
        let host = try await ledger.host(id)
        guard host.status != .gone else { throw Problem.notFound("There is no host \(id).") }
        return host
    }

    private func deleteHost(_ call: Call) async throws -> Answer {
        try call.refuseAnyField()
        return try await underWay(try await ledger.deleteHost(try call.identifier("host")))
    }

    private func fillUp(_ call: Call) async throws -> Answer {
        var query = call.queryFields()
        try query.complete()
        var fields = try call.fields()
        let parameters = fields.optional("parameters", .object) ?? [:]
        let blueprint = try fields.complete(fields.required("blueprint", .name))
        let recipe = try recipes.recipe(blueprint, parameters)
        return try await underWay(try await ledger.fillUp(try call.identifier("host"), recipe))
    }

    private func underWay(_ made: (host: Host, operation: Model.Operation)) async throws -> Answer {
        let answer = try await underWay(made.operation) { try await rendered(try await ledger.host(made.host.id)) }
        return answer.tagged(made.host.configuration)
    }
}

extension HostFields {
    /// What a new host can't be without.
    fileprivate var missing: [(String, Bool)] {
        [
            ("driver", driver == nil), ("endpoint", endpoint == nil), ("address", address == nil), ("capacity", capacity == nil),
        ]
    }
}

extension Problem {
    fileprivate init(noSite name: String) {
        self.init(
            .invalidField, "There is no site \(name); make it with continuo-engine site add.",
            errors: [Problem.FieldError(field: "site", value: name, rule: "an existing site")])
    }

    init(fields errors: [FieldError]) {
        let names = errors.map(\.field).joined(separator: ", ")
        self.init(.invalidField, "The request can't be accepted because of \(names).", errors: errors)
    }
}

extension LedgerError {
    static var changedMeanwhile: LedgerError {
        .conflict(
            code: Problem.Code.preconditionFailed.rawValue,
            detail: "it is not what If-Match says any more; read it again and decide anew")
    }
}

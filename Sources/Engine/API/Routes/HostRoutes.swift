import HTTPTypes
import Ledger
import Model

extension API {
    var hostRoutes: [Route] {
        [
            Route(.post, "/v1/hosts", .change, takesBody: true, handler: createHost),
            Route(.get, "/v1/hosts", .inspect, handler: listHosts),
            Route(.get, "/v1/hosts/{id}", .inspect, handler: getHost),
            Route(.delete, "/v1/hosts/{id}", .change, handler: deleteHost),
            Route(.post, "/v1/hosts/{id}/fillup", .change, takesBody: true, handler: fillUp),
        ]
    }

    private func createHost(_ call: Call) async throws -> Answer {
        let new = try newHost(call)
        do {
            let (host, operation) = try await ledger.createHost(new)
            bell.ring()
            return .accepted(try await rendered(host), try await rendered(operation), id: operation.id)
        } catch LedgerError.notFound("site", let name) {
            throw Problem(
                .invalidField, "There is no site \(name); make it with continuo-engine site add.",
                errors: [Problem.FieldError(field: "site", value: name, rule: "an existing site")])
        }
    }

    private func newHost(_ call: Call) throws(Problem) -> NewHost {
        var query = call.queryFields()
        try query.complete()
        var fields = try call.fields()
        let site = fields.optional("site", .name) ?? "default"
        let parallel = fields.optional("parallel", .integer(1...100)) ?? 4
        let schedulable = fields.optional("schedulable", .flag) ?? true
        let autofill = fields.optional("autofill", .flag) ?? true
        let ports = fields.optionalObject("portRange", Self.portRange) ?? 20_000...29_999
        let network = fields.optional("network", .network) ?? "10.201.0.0/16"
        let insecure = fields.optional("insecure", .flag) ?? false
        let (name, driver, endpoint, address, capacity) = try fields.complete(
            fields.required("name", .name), fields.required("driver", Rule<DriverKind>.choice),
            fields.required("endpoint", .endpoint), fields.required("address", .address),
            fields.required("capacity", .integer(0...10_000)))
        let target = HostTarget(id: .fresh(), driver: driver, endpoint: endpoint, address: address, insecure: insecure)
        return NewHost(
            target: target, name: name, site: site, capacity: capacity, parallel: parallel, schedulable: schedulable,
            autofill: autofill, ports: ports, network: network)
    }

    private static func portRange(_ fields: inout Fields) -> ClosedRange<Int>? {
        let first = fields.required("first", .integer(1024...65_535))
        let last = fields.required("last", .integer(1024...65_535))
        guard let first, let last else { return nil }
        guard first <= last else {
            fields.refuse("last", value: "\(last)", rule: "not below first")
            return nil
        }
        return first...last
    }

    private func listHosts(_ call: Call) async throws -> Answer {
        var query = call.queryFields()
        let request = query.page()
        try query.complete()
        let page = try await ledger.hosts(request)
        let counts = try await ledger.chainCounts(of: page.items.map(\.id))
        let attendance = Attendance(try await ledger.liveAgents())
        let hosts = page.items.map { $0.json(chains: counts[$0.id] ?? 0, unattended: attendance.lacks($0)) }
        return .list(hosts, next: page.next)
    }

    private func getHost(_ call: Call) async throws -> Answer {
        try call.refuseAnyField()
        let host = try await existingHost(try call.identifier("host"))
        return Answer(.ok, json: try await rendered(host))
    }

    private func rendered(_ host: Host) async throws -> JSONValue {
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
        let (host, operation) = try await ledger.deleteHost(try call.identifier("host"))
        bell.ring()
        return .accepted(try await rendered(host), try await rendered(operation), id: operation.id)
    }

    private func fillUp(_ call: Call) async throws -> Answer {
        var query = call.queryFields()
        try query.complete()
        var fields = try call.fields()
        let parameters = fields.optional("parameters", .object) ?? [:]
        let blueprint = try fields.complete(fields.required("blueprint", .name))
        let recipe = try recipes.recipe(blueprint, parameters)
        let made = try await ledger.fillUp(try call.identifier("host"), plan: recipe.plan, parameters: recipe.parameters)
        bell.ring()
        return try await accepted(made, call)
    }

    private func accepted(_ made: [(Chain, Model.Operation)], _ call: Call) async throws -> Answer {
        let chains = try await rendered(made.map(\.0), for: call)
        let operations = try await rendered(made.map(\.1))
        let items = zip(chains, operations).map { $0.with("operation", $1) }
        return Answer(.accepted, json: .object(["items": .array(items)]))
    }
}

import HTTPTypes
import Ledger
import Model

extension API {
    var chainRoutes: [Route] {
        [
            Route(.post, "/v1/chains", .change, takesBody: true, handler: createChain),
            Route(.get, "/v1/chains", .see, handler: listChains),
            Route(.get, "/v1/chains/{id}", .see, handler: getChain),
            Route(.delete, "/v1/chains/{id}", .change, handler: deleteChain),
            Route(.post, "/v1/chains/{id}/start", .lease, takesBody: true) { try await request(.start, $0) },
            Route(.post, "/v1/chains/{id}/stop", .lease, takesBody: true) { try await request(.stop, $0) },
            Route(.post, "/v1/chains/{id}/restart", .lease, takesBody: true) { try await request(.restart, $0) },
            Route(.post, "/v1/chains/{id}/reset", .lease, takesBody: true) { try await request(.reset, $0) },
            Route(.post, "/v1/chains/{id}/nodes/{node}/start", .lease, takesBody: true) { try await request(.start, $0) },
            Route(.post, "/v1/chains/{id}/nodes/{node}/stop", .lease, takesBody: true) { try await request(.stop, $0) },
            Route(.post, "/v1/chains/{id}/nodes/{node}/restart", .lease, takesBody: true) { try await request(.restart, $0) },
            Route(.get, "/v1/chains/{id}/connection", .connect, handler: getConnection),
            Route(.get, "/v1/chains/{id}/nodes/{node}/logs", .see, handler: getLogs),
        ]
    }

    private func createChain(_ call: Call) async throws -> Answer {
        var query = call.queryFields()
        try query.complete()
        var fields = try call.fields()
        let host: HostID? = fields.optional("host", .identifier())
        let parameters = fields.optional("parameters", .object) ?? [:]
        let blueprint = try fields.complete(fields.required("blueprint", .name))
        let recipe = try recipes.recipe(blueprint, parameters)
        let new = NewChain(host: host, plan: recipe.plan, parameters: recipe.parameters)
        do {
            return try await accepted(try await ledger.createChain(new), call)
        } catch LedgerError.notFound("host", let id) {
            throw Problem(
                .invalidField, "There is no host \(id).",
                errors: [Problem.FieldError(field: "host", value: id, rule: "an existing host")])
        }
    }

    private func listChains(_ call: Call) async throws -> Answer {
        var query = call.queryFields()
        let filter = ChainFilter(
            host: query.optional("host", .identifier()), pool: query.optional("pool", .identifier()),
            phase: query.optional("phase", .choice), health: query.optional("health", .choice),
            blueprint: query.optional("blueprint", .name),
            tenant: call.scope.tenant ?? query.optional("tenant", .name), holder: query.optional("holder", .string(1...200)),
            leased: query.optional("leased", .flagText))
        let request = query.page()
        try query.complete()
        let page = try await ledger.chains(filter, request)
        return .list(try await rendered(page.items, for: call), next: page.next)
    }

    private func getChain(_ call: Call) async throws -> Answer {
        try call.refuseAnyField()
        return Answer(.ok, json: try await rendered(try await visibleChain(call), for: call))
    }

    private func deleteChain(_ call: Call) async throws -> Answer {
        var query = call.queryFields()
        let force = query.optional("force", .flagText) ?? false
        try query.complete()
        return accepted(try await ledger.request(.delete, chain: try call.identifier("chain"), force: force), call)
    }

    private func request(_ kind: OperationKind, _ call: Call) async throws -> Answer {
        try call.refuseAnyField()
        let id: ChainID = try call.identifier("chain")
        let node = call.parameters["node"]
        return accepted(try await ledger.request(kind, chain: id, node: node, tenant: call.scope.tenant), call)
    }

    private func getConnection(_ call: Call) async throws -> Answer {
        try call.refuseAnyField()
        let chain = try await visibleChain(call)
        guard chain.phase == .running || chain.phase == .stopped else {
            throw Problem(.chainBusy, "The chain is \(chain.phase.rawValue); it can be reached when it is running.")
        }
        let connection = try await queries.connection(of: chain, on: try await ledger.host(chain.host))
        return connection.answer(of: chain.id, to: call.accept)
    }

    /// A piece of a node's log; `cursor` of one is where the next begins, and `wait` makes a follower of who asks again and again.
    private func getLogs(_ call: Call) async throws -> Answer {
        var query = call.queryFields()
        let cursor = query.optional("cursor", .string(1...200))
        let tail = query.optional("tail", .integerText(0...10_000)) ?? 100
        let wait = query.optional("wait", .integerText(0...10)) ?? 0
        try query.complete()
        let chain = try await visibleChain(call)
        let node = try call.node(of: chain)
        let request = LogRequest(chain: chain.id, node: node, cursor: cursor, tail: tail, wait: Double(wait))
        let piece = try await queries.log(request, on: try await ledger.host(chain.host))
        return Answer(.ok, json: piece.json(chain: chain.id, node: node))
    }

    private func accepted(_ made: (Chain, Model.Operation), _ call: Call) async throws -> Answer {
        try await underWay(made.1) { try await rendered(try await ledger.chain(made.0.id), for: call) }
    }

    /// Everything that is answered came with the request's own transaction.
    private func accepted(_ made: AcceptedRequest, _ call: Call) -> Answer {
        let chain = made.chain.json(address: made.address, lease: made.lease, showsTenant: call.caller?.role == .admin)
        return underWay(made.operation, chain.with("operation", made.operation.json(waitingFor: made.waitingFor))) {
            try await rendered(try await ledger.chain(made.chain.id), for: call)
        }
    }

    /// The chain that the path names, if the caller may know of it; 404 otherwise.
    func visibleChain(_ call: Call) async throws -> Chain {
        let id: ChainID = try call.identifier("chain")
        try await checkVisible(id, call)
        return try await ledger.chain(id)
    }

    /// A tenant sees the chains in its hands alone.
    func checkVisible(_ chain: ChainID, _ call: Call) async throws {
        guard case .tenant(let tenant) = call.scope else { return }
        guard try await ledger.lease(of: chain)?.tenant == tenant else { throw Problem.notFound("There is no chain \(chain).") }
    }
}

extension Call {
    /// The parameter `{node}` of the path; 404 when the chain has no such node.
    fileprivate func node(of chain: Chain) throws(Problem) -> String {
        let name = parameters["node"] ?? ""
        guard chain.plan.nodes.contains(where: { $0.name == name }) else {
            throw .notFound("The chain has no node \(name.prefix(100)).")
        }
        return name
    }
}

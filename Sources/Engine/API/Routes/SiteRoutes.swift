import HTTPTypes
import Ledger
import Model
import Wire

extension API {
    var siteRoutes: [Route] {
        [
            Route(.post, "/v1/sites", .administer, takesBody: true, handler: addSite),
            Route(.get, "/v1/sites", .inspect, handler: listSites),
            Route(.get, "/v1/sites/{name}", .inspect, handler: getSite),
            Route(.patch, "/v1/sites/{name}", .administer, takesBody: true, handler: changeSite),
        ]
    }

    private func addSite(_ call: Call) async throws -> Answer {
        var query = call.queryFields()
        try query.complete()
        var fields = try call.fields()
        let (name, key) = try fields.complete(fields.required("name", .name), fields.required("publicKey", .publicKey))
        let site = try await ledger.addSite(name: name, publicKey: key)
        var answer = Answer(.created, json: site.json(agents: [], sealed: SealedHosts())).tagged(site.configuration)
        answer.headers[.location] = "/v1/sites/\(name)"
        return answer
    }

    private func listSites(_ call: Call) async throws -> Answer {
        var query = call.queryFields()
        let request = query.pageOfNames()
        try query.complete()
        let (agents, sealed) = (try await ledger.liveAgents(), try await ledger.sealedHosts())
        let page = try await ledger.sites(request)
        return .list(
            page.items.map { $0.json(agents: agents, sealed: sealed[$0.name] ?? SealedHosts()) }, next: page.next)
    }

    private func getSite(_ call: Call) async throws -> Answer {
        try call.refuseAnyField()
        return try await shown(try await ledger.site(call.name))
    }

    /// Its hosts' credentials were sealed to the last key: they are to be given again, unless its agents hold both.
    private func changeSite(_ call: Call) async throws -> Answer {
        let precondition = try call.requiredPrecondition()
        var query = call.queryFields()
        try query.complete()
        var fields = try call.fields()
        let key = try fields.complete(fields.required("publicKey", .publicKey))
        let site = try await ledger.changeSite(call.name) { site in
            guard precondition.holds(for: EntityTag(of: site.configuration)) else { throw LedgerError.changedMeanwhile }
            site.publicKey = key
        }
        return try await shown(site)
    }

    private func shown(_ site: Site) async throws -> Answer {
        let (agents, sealed) = (try await ledger.liveAgents(), try await ledger.sealedHosts())
        return Answer(.ok, json: site.json(agents: agents, sealed: sealed[site.name] ?? SealedHosts())).tagged(site.configuration)
    }
}

extension Call {
    /// The parameter `{name}` of the path.
    var name: String { parameters["name"] ?? "" }
}

extension Site {
    var configuration: JSONValue { .object(["publicKey": .string(publicKey)]) }

    func json(agents: [HeardAgent], sealed: SealedHosts) -> JSONValue {
        configuration.with([
            "name": .string(name), "createdAt": .date(createdAt), "hostsWithCredentials": .integer(sealed.count),
            "hostsNeedingCredentials": .integer(sealed.stale),
            "agents": .array(agents.filter { $0.presence.site == name }.map(\.json)),
        ])
    }
}

extension Rule<String> {
    /// To which a site's secrets are sealed.
    fileprivate static var publicKey: Self {
        Rule.string(44...44).and("an X25519 public key: 32 bytes in base64") { (try? SitePublicKey(base64: $0)) != nil }
    }
}

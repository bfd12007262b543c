import Curl
import Model
import TestServers
import Testing

@testable import Engine

/// The calls of the API, over a real ledger; what agents do is played by the test.
@Suite(.serialized) struct RouteTests {
    @Test func hosts() async throws {
        try await EngineFixture.with { engine in
            let made = try await engine.admin("POST", "/v1/hosts", EngineFixture.host())
            #expect(made.status == 202)
            #expect(made.headers["Location"] == "/v1/operations/\(made["operation", "id"]?.text ?? "")")
            #expect(made["status"] == .string("pending") && made["portRange", "first"] == .integer(20_000))
            let id = made["id"]?.text ?? ""
            try await engine.finish(made["operation"])
            let host = try await engine.admin("GET", "/v1/hosts/\(id)")
            #expect(host["status"] == .string("active") && host["facts", "cpus"] == .integer(1) && host["chains"] == .integer(0))
            #expect(try await engine.admin("GET", "/v1/hosts")["items"]?.items.count == 1)
            #expect(try await engine.admin("POST", "/v1/hosts", EngineFixture.host()).code == "name-taken")
            let gone = try await engine.admin("DELETE", "/v1/hosts/\(id)")
            #expect(gone.status == 202 && gone["status"] == .string("deleting"))
            try await engine.finish(gone["operation"])
            #expect(try await engine.admin("GET", "/v1/hosts/\(id)").status == 404)
        }
    }

    @Test func hostsThatCantBe() async throws {
        try await EngineFixture.with { engine in
            let wrong = try await engine.admin(
                "POST", "/v1/hosts",
                #"{"name":"A b","driver":"vmware","endpoint":"http://x","address":"a b","capacity":-1,"#
                    + #""network":"10.1.2.3/16","portRange":{"first":9000,"last":8000}}"#
            )
            #expect(wrong.status == 400 && wrong.code == "invalid-field")
            let fields = Set(
                wrong["errors"]?.items.compactMap { Client.Answer(status: 0, headers: wrong.headers, json: $0)["field"]?.text }
                    ?? [])
            #expect(fields == ["name", "driver", "endpoint", "address", "capacity", "network", "portRange.last"])
            let site = try await engine.admin("POST", "/v1/hosts", EngineFixture.host().replacing("}", with: #","site":"mars"}"#))
            #expect(site.status == 400 && site["errors", "0", "field"] == .string("site"))
            #expect(try await engine.admin("GET", "/v1/hosts")["items"]?.items.isEmpty == true)
            #expect(try await engine.admin("GET", "/v1/hosts/nonsense").status == 404)
            #expect(try await engine.admin("GET", "/v1/hosts/01a209bb-9e71-720f-8ad4-a827ab9f6211").status == 404)
        }
    }

    @Test func aChainsLife() async throws {
        try await EngineFixture.with { engine in
            let host = try await engine.activeHost()
            let made = try await engine.admin(
                "POST", "/v1/chains", #"{"blueprint":"tiny","host":"\#(host)","parameters":{"size":3}}"#)
            #expect(made.status == 202 && made["phase"] == .string("creating"))
            #expect(made["nodes", "0", "state"] == .string("missing"))
            let chain = made["id"]?.text ?? ""
            try await engine.finish(made["operation"])
            let running = try await engine.admin("GET", "/v1/chains/\(chain)")
            #expect(running["phase"] == .string("running") && running["health"] == .string("healthy"))
            #expect(running["parameters", "size"] == .integer(3) && running["lease"] == .null)
            #expect(running["nodes", "0", "endpoints", "0", "url"] == .string("http://127.0.0.1:20000"))
            for (verb, phase) in [("stop", "stopped"), ("start", "running"), ("restart", "running")] {
                let asked = try await engine.admin("POST", "/v1/chains/\(chain)/\(verb)")
                #expect(asked.status == 202 && asked["operation", "kind"] == .string("chain.\(verb)"))
                try await engine.finish(asked["operation"])
                #expect(try await engine.admin("GET", "/v1/chains/\(chain)")["phase"] == .string(phase), "\(verb)")
            }
            #expect(try await engine.admin("DELETE", "/v1/hosts/\(host)").code == "host-not-empty")
            let deleted = try await engine.admin("DELETE", "/v1/chains/\(chain)")
            try await engine.finish(deleted["operation"])
            #expect(try await engine.admin("GET", "/v1/chains/\(chain)")["phase"] == .string("gone"))
            #expect(try await engine.admin("GET", "/v1/chains")["items"]?.items.isEmpty == true)
            let operations = try await engine.admin("GET", "/v1/operations?chain=\(chain)")["items"]?.items ?? []
            #expect(operations.count == 5)
        }
    }

    @Test func fillingUpAndPools() async throws {
        try await EngineFixture.with { engine in
            let host = try await engine.activeHost(capacity: 2)
            let filled = try await engine.admin("POST", "/v1/hosts/\(host)/fillup", #"{"blueprint":"tiny"}"#)
            #expect(filled.status == 202 && filled["operation", "kind"] == .string("host.fillup"))
            #expect(filled["chains"] == .integer(2) && filled["operation", "progress", "total"] == .integer(2))
            let parent = filled["operation", "id"]?.text ?? ""
            let children = try await engine.admin("GET", "/v1/operations?parent=\(parent)")["items"]?.items ?? []
            #expect(children.count == 2)
            #expect(try await engine.admin("GET", "/v1/chains?limit=1")["items"]?.items.count == 1)
            let pool = try await engine.admin("POST", "/v1/pools", #"{"name":"default","blueprint":"tiny","warm":"full"}"#)
            #expect(pool.status == 201 && pool["warm"] == .string("full") && pool["parameters", "size"] == .integer(2))
            let id = pool["id"]?.text ?? ""
            #expect(try await engine.admin("GET", "/v1/pools/\(id)")["name"] == .string("default"))
            #expect(try await engine.admin("GET", "/v1/pools")["items"]?.items.count == 1)
            #expect(
                try await engine.admin("POST", "/v1/pools", #"{"name":"p","blueprint":"tiny","warm":-1}"#).code == "invalid-field"
            )
            let null = try await engine.admin("POST", "/v1/pools", #"{"name":"p","blueprint":"tiny","warm":1,"parameters":null}"#)
            #expect(null["errors", "0", "field"] == .string("parameters"))
            #expect(try await engine.admin("DELETE", "/v1/pools/\(id)").status == 204)
            #expect(try await engine.admin("GET", "/v1/pools/\(id)").status == 404)
        }
    }

    @Test func blueprintsAndTheirParameters() async throws {
        try await EngineFixture.with { engine in
            #expect(try await engine.tenant("GET", "/v1/blueprints")["items", "0", "parameters", "0", "maximum"] == .integer(9))
            #expect(try await engine.tenant("GET", "/v1/blueprints/tiny")["title"] == .string("Tiny"))
            #expect(try await engine.tenant("GET", "/v1/blueprints/none").status == 404)
            _ = try await engine.activeHost()
            let wrong = try await engine.admin(
                "POST", "/v1/chains", #"{"blueprint":"tiny","parameters":{"size":10,"colour":"red"}}"#)
            #expect(wrong.status == 400 && wrong["errors"]?.items.count == 2)
            #expect(
                try await engine.admin("POST", "/v1/chains", #"{"blueprint":"none"}"#)["errors", "0", "field"]
                    == .string("blueprint"))
            #expect(try await engine.admin("GET", "/v1/operations?kind=chain.create")["items"]?.items.isEmpty == true)
        }
    }

    @Test func applyingAndReleasing() async throws {
        try await EngineFixture.with { engine in
            _ = try await engine.activeHost(capacity: 1)
            let chain = try await engine.runningChain()
            let leased = try await engine.tenant("POST", "/v1/chains/apply", #"{"blueprint":"tiny","holder":"alice"}"#)
            #expect(
                leased.status == 200 && leased["chain", "id"] == .string(chain) && leased["lease", "status"] == .string("active"))
            let again = try await engine.tenant("POST", "/v1/chains/apply", #"{"holder":"alice"}"#)
            #expect(again["lease", "id"] == leased["lease", "id"])
            let none = try await engine.other("POST", "/v1/chains/apply", #"{"blueprint":"tiny"}"#)
            #expect(none.status == 409 && none.code == "pool-exhausted")
            #expect(try await engine.admin("POST", "/v1/chains/apply", "{}").status == 403)
            #expect(try await engine.admin("DELETE", "/v1/chains/\(chain)").code == "chain-leased")
            #expect(try await engine.admin("GET", "/v1/chains/\(chain)")["lease", "tenant"] == .string("acme"))
            let released = try await engine.tenant("POST", "/v1/chains/\(chain)/release")
            #expect(released.status == 200 && released["lease", "end"] == .string("released"))
            #expect(try await engine.tenant("GET", "/v1/chains/\(chain)").status == 404)
            #expect(try await engine.tenant("GET", "/v1/leases")["items", "0", "status"] == .string("ended"))
            #expect(try await engine.other("GET", "/v1/leases")["items"]?.items.isEmpty == true)
        }
    }

    @Test func aTenantWaitsForAChainThatIsMade() async throws {
        try await EngineFixture.with { engine in
            _ = try await engine.activeHost(capacity: 1)
            let waiting = try await engine.tenant("POST", "/v1/chains/apply", #"{"blueprint":"tiny","ttl":60}"#)
            #expect(waiting.status == 202 && waiting["lease", "status"] == .string("waiting"))
            #expect(waiting["operation", "priority"] == .string("tenant"))
            try await engine.finish(waiting["operation"])
            let lease = try await engine.tenant("GET", "/v1/leases/\(waiting["lease", "id"]?.text ?? "")")
            #expect(lease["status"] == .string("active") && lease["expiresAt"] != .null)
            #expect(try await engine.other("GET", "/v1/leases/\(waiting["lease", "id"]?.text ?? "")").status == 404)
        }
    }

    @Test func whatIsAnothersIsNotThere() async throws {
        try await EngineFixture.with { engine in
            _ = try await engine.activeHost(capacity: 1)
            let chain = try await engine.runningChain()
            _ = try await engine.tenant("POST", "/v1/chains/apply")
            for (method, path) in [
                ("GET", ""), ("POST", "/stop"), ("POST", "/start"), ("POST", "/restart"), ("POST", "/release"),
                ("GET", "/connection"),
            ] {
                #expect(try await engine.other(method, "/v1/chains/\(chain)\(path)").status == 404, "\(path)")
            }
            #expect(try await engine.other("GET", "/v1/chains")["items"]?.items.isEmpty == true)
            #expect(try await engine.other("GET", "/v1/operations?chain=\(chain)").status == 404)
            #expect(try await engine.other("GET", "/v1/operations").code == "invalid-field")
            let operation = try await engine.tenant("GET", "/v1/operations?chain=\(chain)")["items", "0", "id"]?.text ?? ""
            #expect(
                try await engine.tenant("GET", "/v1/operations/\(operation)")["attempts", "0", "result"] == .string("succeeded"))
            #expect(try await engine.other("GET", "/v1/operations/\(operation)").status == 404)
            for path in ["/v1/hosts", "/v1/pools"] { #expect(try await engine.tenant("GET", path).status == 403) }
            #expect(try await engine.tenant("DELETE", "/v1/chains/\(chain)").status == 403)
            #expect(try await engine.tenant("POST", "/v1/chains", #"{"blueprint":"tiny"}"#).status == 403)
        }
    }

    @Test func listsComeInPages() async throws {
        try await EngineFixture.with { engine in
            for index in 0..<5 { _ = try await engine.admin("POST", "/v1/hosts", EngineFixture.host("h\(index)")) }
            var names: [String] = []
            var next: String? = ""
            while let cursor = next {
                let page = try await engine.admin("GET", "/v1/hosts?limit=2" + (cursor.isEmpty ? "" : "&after=\(cursor)"))
                names += (0..<2).compactMap { page["items", "\($0)", "name"]?.text }
                next = page["next"]?.text
            }
            #expect(names == ["h0", "h1", "h2", "h3", "h4"])
            for query in ["limit=0", "limit=201", "limit=x", "after=zz", "colour=red", "limit=1&limit=2"] {
                #expect(try await engine.admin("GET", "/v1/hosts?\(query)").status == 400, "\(query)")
            }
        }
    }

    @Test func readinessNamesTheBroker() async throws {
        try await EngineFixture.with { engine in
            let ready = try await eventually("the broker is connected") {
                let answer = try await engine.admin("GET", "/readyz")
                return answer["broker"] == .string("connected") ? answer : nil
            }
            #expect(ready.status == 200 && ready["ledger"] == .string("reachable"))
        }
    }
}

import Curl
import FoundationEssentials
import Ledger
import Model
import TestServers
import Testing
import Wire

@testable import Engine

/// Tenants, keys, sites, quotas, and what goes on record.
@Suite(.serialized) struct PeopleTests {
    @Test func aKeyIsShownOnceAndEnds() async throws {
        try await EngineFixture.with { engine in
            let made = try await engine.admin("POST", "/v1/keys", #"{"role":"viewer","description":"a screen"}"#, once: "k")
            #expect(made.status == 201 && made["key"]?.text?.hasPrefix("ctn_") == true)
            let again = try await engine.admin("POST", "/v1/keys", #"{"role":"viewer","description":"a screen"}"#, once: "k")
            #expect(again["id"] == made["id"] && again["key"] == .null)
            let path = "/v1/keys/\(made["id"]?.text ?? "")"
            let viewer = Client(port: engine.admin.port, key: made["key"]?.text ?? "", client: engine.admin.client)
            #expect(try await viewer("GET", "/v1/hosts").status == 200)
            #expect(try await viewer("POST", "/v1/hosts", EngineFixture.host()).status == 403)
            let shown = try await engine.admin("GET", path)
            #expect(shown["description"] == .string("a screen") && shown["key"] == nil)
            let rotated = try await engine.admin("POST", path + "/rotate", #"{"overlap":600}"#)
            #expect(rotated.status == 201 && rotated["role"] == .string("viewer") && rotated["id"] != made["id"])
            #expect(try await viewer("GET", "/v1/hosts").status == 200)
            #expect(try await engine.admin("GET", path)["successor"] == rotated["id"])
            #expect(try await engine.admin("POST", path + "/rotate").code == "key-over")
            #expect(try await engine.admin("DELETE", path).status == 204)
            #expect(try await viewer("GET", "/v1/hosts").status == 401)
            #expect(try await engine.operator("GET", "/v1/keys").status == 403)
            let wrong = try await engine.admin("POST", "/v1/keys", #"{"role":"tenant"}"#)
            #expect(wrong.status == 400 && wrong["errors", "0", "field"] == .string("tenant"))
            #expect(try await engine.admin("POST", "/v1/keys", #"{"role":"tenant","tenant":"none"}"#).status == 400)
            #expect(try await engine.admin("GET", "/v1/keys/none").status == 404)
        }
    }

    @Test func keysAreListedInPages() async throws {
        try await EngineFixture.with { engine in
            for _ in 0..<5 { _ = try await engine.admin("POST", "/v1/keys", #"{"role":"viewer"}"#) }
            let all = try await engine.ledger.keys().items.map(\.id)
            for (sort, expected) in [("createdAt", all), ("-createdAt", all.reversed())] {
                var (listed, path): ([String], String?) = ([], "/v1/keys?limit=2&sort=\(sort)")
                while let next = path {
                    let page = try await engine.admin("GET", next)
                    let ids = (0..<2).compactMap { page["items", "\($0)", "id"]?.text }
                    listed += ids
                    path = page["next"]?.text.map { "/v1/keys?limit=2&sort=\(sort)&after=\($0)" }
                    #expect(ids.count == 2 || path == nil)
                }
                #expect(listed == Array(expected) && all.count >= 5)
            }
            #expect(try await engine.admin("GET", "/v1/keys?after=\(APIKey.fresh().id)")["items"] == .array([]))
            for wrong in ["limit=0", "after=none", "after=%00", "sort=id"] {
                #expect(try await engine.admin("GET", "/v1/keys?\(wrong)").status == 400)
            }
        }
    }

    @Test func anExpiredKeyIsNone() async throws {
        try await EngineFixture.with { engine in
            let key = APIKey.fresh()
            try await engine.ledger.addKey(
                StoredKey(
                    id: key.id, secretHash: key.secretHash, role: .viewer, expiresAt: Date().addingTimeInterval(-1)))
            let viewer = Client(port: engine.admin.port, key: key.text, client: engine.admin.client)
            #expect(try await viewer("GET", "/v1/hosts").status == 401)
        }
    }

    @Test func quotasAreKeptUnderConcurrency() async throws {
        try await EngineFixture.with { engine in
            let made = try await engine.admin("POST", "/v1/tenants", #"{"name":"small","quota":{"chains":2}}"#)
            #expect(made.status == 201 && made["quota", "chains"] == .integer(2))
            let key = try await engine.admin("POST", "/v1/keys", #"{"role":"tenant","tenant":"small"}"#)["key"]?.text ?? ""
            let small = Client(port: engine.admin.port, key: key, client: engine.admin.client)
            _ = try await engine.activeHost(capacity: 6)
            for _ in 0..<5 { _ = try await engine.runningChain() }
            let codes = try await withThrowingTaskGroup(of: String?.self) { group in
                for _ in 0..<6 { group.addTask { try await small("POST", "/v1/chains/apply").code } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(codes.count { $0 == nil } == 2 && codes.count { $0 == "quota-exceeded" } == 4)
            #expect(try await engine.admin("GET", "/v1/leases?tenant=small")["items"]?.items.count == 2)
            let tag = try await engine.admin("GET", "/v1/tenants/small").headers["ETag"] ?? ""
            let path = "/v1/tenants/small"
            #expect(try await engine.admin("PATCH", path, #"{"quota":{"chains":null,"blueprints":{"tiny":2}}}"#).status == 428)
            let changed = try await engine.admin(
                "PATCH", path, #"{"quota":{"chains":null,"blueprints":{"tiny":2}}}"#, match: tag)
            #expect(changed["quota", "chains"] == .null && changed["quota", "blueprints", "tiny"] == .integer(2))
            #expect(try await small("POST", "/v1/chains/apply").code == "quota-exceeded")
            let held = try await engine.admin("GET", "/v1/leases?tenant=small")["items", "0", "chain"]?.text ?? ""
            #expect(try await small("POST", "/v1/chains/\(held)/release").status == 200)
            #expect(try await small("POST", "/v1/chains/apply").status == 200)
        }
    }

    @Test func changesGoOnRecord() async throws {
        try await EngineFixture.with { engine in
            let host = try await engine.activeHost()
            _ = try await engine.runningChain()
            let leased = try await engine.tenant("POST", "/v1/chains/apply", #"{"blueprint":"tiny"}"#)
            #expect(try await engine.tenant("DELETE", "/v1/hosts/\(host)").status == 403)
            #expect(try await engine.admin("DELETE", "/v1/hosts/\(host)").status == 409)
            let records = try await engine.operator("GET", "/v1/audit?limit=100")["items"]?.items ?? []
            let seen = records.map { record in
                let answer = Client.Answer(status: 0, headers: leased.headers, json: record)
                return "\(answer["action"]?.text ?? "") \(answer["outcome"]?.text ?? "")"
            }
            #expect(
                seen == [
                    "POST /v1/hosts done", "POST /v1/chains done", "POST /v1/chains/apply done",
                    "DELETE /v1/hosts/{id} forbidden",
                ])
            let apply = Client.Answer(status: 0, headers: leased.headers, json: records[2])
            #expect(apply["tenant"] == .string("acme") && apply["target"] == .string("/v1/chains/apply"))
            #expect(apply["requestId"] == .string(leased.headers["X-Request-Id"] ?? ""))
            #expect(try await engine.admin("GET", "/v1/audit?target=/v1/hosts/")["items"]?.items.count == 1)
            #expect(try await engine.tenant("GET", "/v1/audit").status == 403)
        }
    }

    @Test func sitesAreRegisteredAndTheirKeysExchanged() async throws {
        try await EngineFixture.with { engine in
            let key = SitePrivateKey.fresh().publicKey.base64
            let made = try await engine.admin("POST", "/v1/sites", #"{"name":"mars","publicKey":"\#(key)"}"#)
            #expect(made.status == 201 && made["publicKey"] == .string(key) && made["agents"]?.items.isEmpty == true)
            #expect(try await engine.admin("POST", "/v1/sites", #"{"name":"mars","publicKey":"\#(key)"}"#).code == "name-taken")
            #expect(try await engine.admin("POST", "/v1/sites", #"{"name":"moon","publicKey":"x"}"#).status == 400)
            let other = SitePrivateKey.fresh().publicKey.base64
            let body = #"{"publicKey":"\#(other)"}"#
            #expect(try await engine.admin("PATCH", "/v1/sites/mars", body).code == "precondition-required")
            let changed = try await engine.admin("PATCH", "/v1/sites/mars", body, match: made.headers["ETag"])
            #expect(changed.status == 200 && changed["publicKey"] == .string(other))
            try await engine.heartbeat()
            #expect(try await engine.admin("GET", "/v1/sites/default")["agents", "0", "name"] == .string("box:1"))
            #expect(try await engine.operator("GET", "/v1/sites")["items"]?.items.count == 2)
            #expect(try await engine.operator("PATCH", "/v1/sites/mars", body, match: "*").status == 403)
        }
    }

    @Test func tenantsAndSitesComePageByPageInTheOrderOfTheirNames() async throws {
        try await EngineFixture.with { engine in
            let key = SitePrivateKey.fresh().publicKey.base64
            for name in ["mars", "luna"] {
                let made = try await engine.admin("POST", "/v1/sites", #"{"name":"\#(name)","publicKey":"\#(key)"}"#)
                #expect(made.status == 201)
                #expect(try await engine.admin("POST", "/v1/tenants", #"{"name":"\#(name)"}"#).status == 201)
            }
            for (path, expected) in [
                ("/v1/sites", ["default", "luna", "mars"]), ("/v1/tenants", ["acme", "luna", "mars", "umbrella"]),
            ] {
                var (names, after): ([String], String?) = ([], "")
                while let start = after {
                    let query = start.isEmpty ? "?limit=2" : "?limit=2&after=\(start)"
                    let page = try await engine.admin("GET", path + query)
                    names += page["items"]?.items.compactMap { Self.name($0) } ?? []
                    after = page["next"]?.text
                }
                #expect(names == expected)
                #expect(try await engine.admin("GET", path + "?limit=201").code == "invalid-field")
            }
        }
    }

    private static func name(_ item: JSONValue) -> String? {
        guard case .object(let members) = item else { return nil }
        return members["name"]?.text
    }
}

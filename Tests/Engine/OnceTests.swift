import Curl
import Ledger
import Model
import TestServers
import Testing

@testable import Engine

/// POSTs with an `Idempotency-Key`.
@Suite(.serialized) struct OnceTests {
    @Test func theSameRequestIsAnsweredAlike() async throws {
        try await EngineFixture.with { engine in
            let made = try await engine.admin("POST", "/v1/hosts", EngineFixture.host(), once: "a-key")
            #expect(made.status == 202 && made.headers["Idempotency-Replayed"] == nil)
            // The order of the fields and the space between them say nothing.
            let respelt = EngineFixture.host().replacing(",", with: " , ")
            try await engine.finish(made["operation"])
            let again = try await engine.admin("POST", "/v1/hosts", respelt, once: "a-key")
            #expect(again.status == 202 && again.json == made.json && again.headers["Idempotency-Replayed"] == "true")
            #expect(again.headers["Location"] == made.headers["Location"])
            #expect(again.headers["Content-Type"] == "application/json")
            #expect(again.headers["X-Request-Id"] != made.headers["X-Request-Id"])
            #expect(try await engine.admin("GET", "/v1/hosts")["items"]?.items.count == 1)
            let other = try await engine.admin("POST", "/v1/hosts", EngineFixture.host("two"), once: "a-key")
            #expect(other.status == 422 && other.code == "idempotency-key-reused")
            #expect(try await engine.admin("POST", "/v1/hosts", EngineFixture.host("two"), once: "b-key").status == 202)
        }
    }

    @Test func aRepeatedApplicationLeasesOneChain() async throws {
        try await EngineFixture.with { engine in
            _ = try await engine.activeHost(capacity: 2)
            _ = try await engine.runningChain()
            _ = try await engine.runningChain()
            let body = #"{"blueprint":"tiny","allowMultiple":true}"#
            let leased = try await engine.tenant("POST", "/v1/chains/apply", body, once: "k")
            #expect(leased.status == 200)
            #expect(try await engine.tenant("POST", "/v1/chains/apply", body, once: "k").json == leased.json)
            let other = try await engine.other("POST", "/v1/chains/apply", body, once: "k")
            #expect(other.status == 200 && other["chain", "id"] != leased["chain", "id"])
            #expect(try await engine.admin("GET", "/v1/leases")["items"]?.items.count == 2)
        }
    }

    @Test func whoRepeatsMayWaitForTheEndToo() async throws {
        try await EngineFixture.with { engine in
            _ = try await engine.activeHost(capacity: 3)
            let (host, chain) = (EngineFixture.host("two"), try await engine.runningChain())
            for (path, body, resource) in [
                ("/v1/hosts", host, "status"), ("/v1/chains/\(chain)/stop", nil, "phase"),
                ("/v1/chains", #"{"blueprint":"tiny"}"#, "phase"),
            ] {
                let made = try await engine.admin("POST", path, body, once: "k")
                #expect(made.status == 202, "\(path)")
                async let waited = engine.admin("POST", path, body, once: "k", wait: 30)
                try await engine.finish(made["operation"])
                let again = try await waited
                #expect(again.status == 200 && again["operation", "status"] == .string("succeeded"), "\(path)")
                #expect(again["id"] == made["id"] && again[resource] != made[resource], "\(path)")
                #expect(again.headers["Idempotency-Replayed"] == "true" && again.headers["Preference-Applied"] == "wait=30")
            }
            let body = #"{"blueprint":"tiny","parameters":{},"allowMultiple":true}"#
            _ = try await engine.tenant("POST", "/v1/chains/apply", body)
            let waiting = try await engine.tenant("POST", "/v1/chains/apply", body, once: "k")
            #expect(waiting.status == 202)
            async let waited = engine.tenant("POST", "/v1/chains/apply", body, once: "k", wait: 30)
            try await engine.finish(waiting["operation"])
            let leased = try await waited
            #expect(leased.status == 200 && leased["lease", "id"] == waiting["lease", "id"])
            #expect(leased["lease", "status"] == .string("active") && leased["chain", "phase"] == .string("running"))
        }
    }

    @Test func aRefusalIsLookedAtAgain() async throws {
        try await EngineFixture.with { engine in
            let body = #"{"blueprint":"tiny"}"#
            #expect(try await engine.tenant("POST", "/v1/chains/apply", body, once: "k").code == "pool-exhausted")
            _ = try await engine.activeHost()
            let waiting = try await engine.tenant("POST", "/v1/chains/apply", body, once: "k")
            #expect(waiting.status == 202)
            try await engine.finish(waiting["operation"])
            #expect(try await engine.tenant("POST", "/v1/chains/apply", body, once: "k").json == waiting.json)
        }
    }

    @Test func everyPostMayHaveOne() async throws {
        try await EngineFixture.with { engine in
            let host = try await engine.activeHost()
            let chain = try await engine.runningChain()
            for (path, body) in [
                ("/v1/hosts/\(host)/fillup", #"{"blueprint":"tiny"}"#), ("/v1/chains/\(chain)/restart", nil),
                ("/v1/pools", #"{"name":"p","blueprint":"tiny","warm":0}"#),
            ] {
                let made = try await engine.admin("POST", path, body, once: "k")
                #expect((200..<300).contains(made.status), "\(path)")
                let again = try await engine.admin("POST", path, body, once: "k")
                #expect(again.json == made.json && again.headers["Idempotency-Replayed"] == "true", "\(path)")
            }
            #expect(try await engine.admin("GET", "/v1/operations?kind=chain.restart")["items"]?.items.count == 1)
        }
    }

    @Test func keysThatAreNone() async throws {
        try await EngineFixture.with { engine in
            for key in ["", "a b", String(repeating: "k", count: 256), "é"] {
                let refused = try await engine.admin("POST", "/v1/hosts", EngineFixture.host(), once: key)
                #expect(refused.status == 400 && refused.code == "bad-request", "\(key)")
            }
            let longest = String(repeating: "~", count: 255)
            #expect(try await engine.admin("POST", "/v1/hosts", EngineFixture.host(), once: longest).status == 202)
        }
    }

    @Test func whileItIsUnderWayAnotherIsToldSo() async throws {
        try await EngineFixture.with { engine in
            let request = KeyedRequest(
                scope: "tenant:acme", method: "POST", path: "/v1/chains/apply", key: "k",
                fingerprint: [UInt8](repeating: 0, count: 32))
            _ = try await engine.ledger.once(request, keeping: { _ in KeptAnswer(status: 200, headers: [], body: []) }) {
                let meanwhile = try await engine.tenant("POST", "/v1/chains/apply", "{}", once: "k")
                #expect(meanwhile.status == 409 && meanwhile.code == "request-in-flight")
                #expect(meanwhile.headers["Retry-After"] == "1")
                // Another tenant's key of the same name is another key.
                #expect(try await engine.other("POST", "/v1/chains/apply", "{}", once: "k").code == "pool-exhausted")
            }
            #expect(try await engine.tenant("POST", "/v1/chains/apply", "{}", once: "k").status == 422)
        }
    }

    @Test func manyAtTheSameTimeMakeOneThing() async throws {
        try await EngineFixture.with { engine in
            let answers = try await withThrowingTaskGroup(of: Client.Answer.self) { group in
                for _ in 0..<16 {
                    group.addTask { try await engine.admin("POST", "/v1/hosts", EngineFixture.host(), once: "k") }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            for answer in answers where answer.status != 202 {
                #expect(answer.code == "request-in-flight" && answer.headers["Retry-After"] == "1")
            }
            #expect(Set(answers.filter { $0.status == 202 }.compactMap { $0["id"]?.text }).count == 1)
            #expect(try await engine.admin("GET", "/v1/hosts")["items"]?.items.count == 1)
        }
    }
}

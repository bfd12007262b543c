import Curl
import FoundationEssentials
import Ledger
import Model
import TestServers
import Testing
import Wire

@testable import Engine

/// Hosts that are changed, filled, cleaned and reset.
@Suite(.serialized) struct HostTests {
    private static func tag(_ engine: EngineFixture, _ host: String) async throws -> String {
        try await engine.admin("GET", "/v1/hosts/\(host)").headers["ETag"] ?? ""
    }

    @Test func aChangeNeedsToKnowWhatItChanges() async throws {
        try await EngineFixture.with { engine in
            let host = try await engine.activeHost()
            let path = "/v1/hosts/\(host)"
            #expect(try await engine.admin("PATCH", path, #"{"capacity":5}"#).code == "precondition-required")
            #expect(try await engine.admin("PATCH", path, #"{"capacity":5}"#, match: #""0""#).status == 412)
            #expect(try await engine.admin("PATCH", path, #"{"capacity":5}"#, match: "nonsense").status == 400)
            let tag = try await Self.tag(engine, host)
            let changed = try await engine.admin("PATCH", path, #"{"capacity":5,"schedulable":false}"#, match: tag)
            #expect(changed.status == 200 && changed["capacity"] == .integer(5) && changed["schedulable"] == .bool(false))
            #expect(changed.headers["ETag"] == (try await Self.tag(engine, host)) && changed.headers["ETag"] != tag)
            #expect(try await engine.admin("PATCH", path, #"{"capacity":6}"#, match: tag).code == "precondition-failed")
            #expect(try await engine.admin("PATCH", path, #"{"name":"x"}"#, match: "*").code == "unknown-field")
            #expect(try await engine.tenant("PATCH", path, "{}", match: "*").status == 403)
        }
    }

    @Test func whatIsOnItIsRespected() async throws {
        try await EngineFixture.with { engine in
            let host = try await engine.activeHost(capacity: 3)
            let path = "/v1/hosts/\(host)"
            _ = try await engine.runningChain()
            _ = try await engine.runningChain()
            #expect(try await engine.admin("PATCH", path, #"{"capacity":1}"#, match: "*").code == "no-room")
            #expect(try await engine.admin("PATCH", path, #"{"capacity":2}"#, match: "*").status == 200)
            #expect(try await engine.admin("PATCH", path, #"{"address":"10.0.0.1"}"#, match: "*").code == "host-not-empty")
            #expect(try await engine.admin("PATCH", path, #"{"network":"10.9.0.0/16"}"#, match: "*").code == "host-not-empty")
            #expect(try await engine.admin("DELETE", path).code == "host-not-empty")
            let settings = #"{"logging":{"driver":"syslog","options":{"tag":"x"}},"ephemeralVolumes":true,"storageClass":"fast"}"#
            let set = try await engine.admin("PATCH", path, settings, match: "*")
            #expect(set["logging", "options", "tag"] == .string("x") && set["storageClass"] == .string("fast"))
            let unset = try await engine.admin("PATCH", path, #"{"logging":null,"storageClass":null}"#, match: "*")
            #expect(unset["logging"] == .null && unset["storageClass"] == .null && unset["ephemeralVolumes"] == .bool(true))
            let filled = try await engine.admin(
                "PATCH", path, #"{"autofill":true,"autofillWith":{"blueprint":"tiny","parameters":{"size":3}}}"#, match: "*")
            #expect(filled["autofillWith", "parameters", "size"] == .integer(3))
        }
    }

    @Test func credentialsAreSealedAndBoundToTheirPlace() async throws {
        try await EngineFixture.with { engine in
            let body = #"{"name":"far","driver":"docker","endpoint":"tcp://10.1.1.1:2376","address":"a","capacity":1"#
            #expect(try await engine.admin("POST", "/v1/hosts", body + "}")["errors", "0", "field"] == .string("insecure"))
            let made = try await engine.admin("POST", "/v1/hosts", body + #","credentials":{"token":"hush-hush"}}"#)
            #expect(made.status == 202 && made["credentials", "fingerprint"]?.text?.hasPrefix("sha256:") == true)
            let id = made["id"]?.text ?? ""
            try await engine.finish(made["operation"])
            let stored = try await engine.ledger.host(try #require(HostID(id)))
            let opened = try CredentialSeal(of: stored.target, site: "default").open(
                try #require(stored.target.sealedCredentials), with: try engine.site.opener())
            #expect(opened.token == "hush-hush")
            let path = "/v1/hosts/\(id)"
            #expect(
                try await engine.admin("PATCH", path, #"{"endpoint":"tcp://10.1.1.2:2376"}"#, match: "*").code
                    == "credentials-needed")
            let moved = try await engine.admin(
                "PATCH", path, #"{"endpoint":"tcp://10.1.1.2:2376","credentials":{"token":"more"}}"#, match: "*")
            #expect(moved.status == 202 && moved["operation", "kind"] == .string("host.create"))
            #expect(moved["credentials", "fingerprint"] != made["credentials", "fingerprint"])
            let wrong = try await engine.admin(
                "PATCH", path, #"{"credentials":{"token":7,"word":"hush-hush"}}"#, match: "*")
            #expect(wrong.status == 400 && !"\(wrong.json)".contains("hush"))
            #expect(wrong["errors", "0", "value"] == .null)
            #expect(try await engine.admin("PATCH", path, #"{"credentials":null}"#, match: "*").code == "invalid-field")
        }
    }

    @Test func hostsWhoseSiteHasAnotherKeySayThatTheyNeedTheirCredentialsAgain() async throws {
        try await EngineFixture.with { engine in
            let old = try engine.site.opener().publicKey.base64
            let made = try await engine.admin(
                "POST", "/v1/hosts",
                #"{"name":"far","driver":"docker","endpoint":"tcp://10.1.1.1:2376","address":"a","capacity":1,"credentials":{"token":"x"}}"#
            )
            #expect(made["credentials", "sealedTo"] == .string(old) && made["needsCredentials"] == .bool(false))
            _ = try await engine.activeHost()
            func needing(_ word: String) async throws -> [JSONValue] {
                try await engine.operator("GET", "/v1/hosts?needsCredentials=\(word)")["items"]?.items ?? []
            }
            #expect(try await needing("true").isEmpty)
            let new = SitePrivateKey.fresh().publicKey.base64
            let site = try await engine.admin("PATCH", "/v1/sites/default", #"{"publicKey":"\#(new)"}"#, match: "*")
            #expect(site["hostsWithCredentials"] == .integer(1) && site["hostsNeedingCredentials"] == .integer(1))
            let path = "/v1/hosts/\(made["id"]?.text ?? "")"
            let stale = try await engine.operator("GET", path)
            #expect(stale["credentials", "sealedTo"] == .string(old) && stale["needsCredentials"] == .bool(true))
            #expect(try await needing("true") == [stale.json])
            #expect(try await needing("false").count == 1)
            let mended = try await engine.admin("PATCH", path, #"{"credentials":{"token":"x"}}"#, match: stale.headers["ETag"])
            #expect(mended.status == 202 && mended["needsCredentials"] == .bool(false))
            #expect(mended["credentials", "sealedTo"] == .string(new))
            #expect(try await engine.admin("GET", "/v1/sites/default")["hostsNeedingCredentials"] == .integer(0))
        }
    }

    @Test func endpointsSuitTheirDriver() async throws {
        try await EngineFixture.with { engine in
            for (driver, endpoint) in [("kubernetes", "tcp://h:1"), ("docker", "https://h:1"), ("swarm", "http://h:1")] {
                let body =
                    #"{"name":"n","driver":"\#(driver)","endpoint":"\#(endpoint)","address":"a","capacity":1,"insecure":true}"#
                let refused = try await engine.admin("POST", "/v1/hosts", body)
                #expect(refused.status == 400 && refused["errors", "0", "field"] == .string("endpoint"), "\(driver) \(endpoint)")
            }
        }
    }

    @Test func cleaningRemovesWhatNobodyHolds() async throws {
        try await EngineFixture.with { engine in
            let host = try await engine.activeHost(capacity: 3)
            let held = try await engine.runningChain()
            let free = try await engine.runningChain()
            _ = try await engine.tenant("POST", "/v1/chains/apply")
            #expect(try await engine.admin("POST", "/v1/hosts/\(host)/reset").code == "chain-leased")
            let cleaned = try await engine.admin("POST", "/v1/hosts/\(host)/clean")
            #expect(cleaned.status == 202 && cleaned["autofill"] == .bool(false))
            #expect(try await engine.admin("POST", "/v1/hosts/\(host)/clean").code == "host-busy")
            let parent = cleaned["operation", "id"]?.text ?? ""
            let children = try await engine.admin("GET", "/v1/operations?parent=\(parent)")["items"]?.items ?? []
            #expect(children.count == 1)
            try await engine.finish(children[0])
            try await engine.lead { leader in _ = try await engine.ledger.followParents(as: leader) }
            #expect(try await engine.admin("GET", "/v1/operations/\(parent)")["status"] == .string("succeeded"))
            #expect(try await engine.admin("GET", "/v1/chains/\(free)")["phase"] == .string("gone"))
            #expect(try await engine.admin("GET", "/v1/chains/\(held)")["phase"] == .string("running"))
        }
    }

    @Test func resettingRemovesEverythingAndTheHostItselfLast() async throws {
        try await EngineFixture.with { engine in
            let host = try await engine.activeHost(capacity: 3)
            _ = try await engine.runningChain()
            let reset = try await engine.admin("POST", "/v1/hosts/\(host)/reset")
            let parent = reset["operation", "id"]?.text ?? ""
            #expect(reset["operation", "progress", "total"] == .integer(2))
            #expect(try await engine.admin("POST", "/v1/chains", #"{"blueprint":"tiny","host":"\#(host)"}"#).code == "host-busy")
            #expect(try await engine.admin("POST", "/v1/chains", #"{"blueprint":"tiny"}"#).code == "no-room")
            async let waited = engine.admin("POST", "/v1/hosts/\(host)/fillup", #"{"blueprint":"tiny"}"#)
            #expect(try await waited.code == "host-busy")
            for kind in ["chain.delete", "host.cleanse"] {
                let children = try await engine.admin("GET", "/v1/operations?parent=\(parent)&kind=\(kind)")["items"]?.items ?? []
                #expect(children.count == 1, "\(kind)")
                try await engine.finish(children.first)
                try await engine.lead { leader in _ = try await engine.ledger.followParents(as: leader) }
            }
            let done = try await engine.admin("GET", "/v1/operations/\(parent)")
            #expect(done["status"] == .string("succeeded") && done["progress", "done"] == .integer(2))
            #expect(try await engine.admin("POST", "/v1/operations/\(parent)/retry").code == "not-retryable")
            #expect(try await engine.admin("POST", "/v1/chains", #"{"blueprint":"tiny"}"#).status == 202)
        }
    }

    @Test func whoWaitsGetsTheEnd() async throws {
        try await EngineFixture.with { engine in
            let host = try await engine.activeHost()
            async let waited = engine.admin("POST", "/v1/chains", #"{"blueprint":"tiny","host":"\#(host)"}"#, wait: 30)
            let operation = try await eventually("the chain is being made") {
                try await engine.admin("GET", "/v1/operations?kind=chain.create")["items", "0"]
            }
            try await engine.finish(operation)
            let chain = try await waited
            #expect(chain.status == 200 && chain["phase"] == .string("running"))
            #expect(chain["operation", "status"] == .string("succeeded"))
            #expect(chain.headers["Preference-Applied"] == "wait=30")
        }
    }

    @Test func whoseWaitIsTooShortGetsHowThingsAreByThen() async throws {
        try await EngineFixture.with { engine in
            _ = try await engine.activeHost()
            let chain = try await engine.runningChain()
            async let waited = engine.admin("POST", "/v1/chains/\(chain)/stop", wait: 5)
            let operation = try await eventually("the chain is being stopped") {
                try await engine.admin("GET", "/v1/operations?kind=chain.stop")["items", "0"]
            }
            try await engine.start(operation)
            let answer = try await waited
            #expect(answer.status == 202 && answer["operation", "status"] == .string("working"))
            #expect(answer.headers["Location"] == "/v1/operations/\(answer["operation", "id"]?.text ?? "")")
            #expect(answer.headers["Preference-Applied"] == nil)
        }
    }

    @Test func oneNodeIsAskedFor() async throws {
        try await EngineFixture.with { engine in
            _ = try await engine.activeHost()
            let chain = try await engine.runningChain()
            _ = try await engine.tenant("POST", "/v1/chains/apply")
            let path = "/v1/chains/\(chain)/nodes/only"
            let stopped = try await engine.tenant("POST", path + "/stop")
            #expect(stopped.status == 202 && stopped["operation", "node"] == .string("only"))
            try await engine.finish(stopped["operation"])
            let desired = try await engine.ledger.chain(try #require(ChainID(chain))).desired
            #expect(desired.power(of: "only") == .stopped && desired.power == .running)
            try await engine.finish(try await engine.tenant("POST", path + "/restart")["operation"])
            #expect(try await engine.ledger.chain(try #require(ChainID(chain))).desired.restarts(of: "only") == 1)
            #expect(try await engine.tenant("POST", "/v1/chains/\(chain)/nodes/none/stop").status == 404)
            #expect(try await engine.other("POST", path + "/stop").status == 404)
            try await engine.finish(try await engine.tenant("POST", "/v1/chains/\(chain)/stop")["operation"])
            #expect(try await engine.tenant("POST", path + "/start").code == "chain-stopped")
            let reset = try await engine.tenant("POST", "/v1/chains/\(chain)/reset")
            #expect(reset["phase"] == .string("resetting") && reset["desired", "incarnation"] == .integer(2))
        }
    }
}

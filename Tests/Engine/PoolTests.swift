import Curl
import FoundationEssentials
import Ledger
import Model
import TestServers
import Testing
import Wire

@testable import Engine

/// Pools, applications, and what is watched of them.
@Suite(.serialized) struct PoolTests {
    @Test func aPoolIsChangedPausedAndGoesOn() async throws {
        try await EngineFixture.with { engine in
            _ = try await engine.activeHost(capacity: 9)
            let made = try await engine.admin("POST", "/v1/pools", #"{"name":"p","blueprint":"tiny","warm":1}"#)
            let path = "/v1/pools/\(made["id"]?.text ?? "")"
            #expect(made["paused"] == .bool(false) && made.headers["ETag"] != nil)
            let changed = try await engine.admin(
                "PATCH", path, #"{"warm":2,"parameters":{"size":4}}"#, match: made.headers["ETag"])
            #expect(changed["warm"] == .integer(2) && changed["parameters", "size"] == .integer(4))
            #expect(try await engine.admin("PATCH", path, #"{"warm":3}"#, match: made.headers["ETag"]).status == 412)
            #expect(try await engine.admin("POST", path + "/pause")["paused"] == .bool(true))
            try await engine.lead { (leader) async throws in
                #expect(try await engine.ledger.fillPools(as: leader) == 0)
                #expect(try await engine.admin("POST", path + "/resume")["paused"] == .bool(false))
                #expect(try await engine.ledger.fillPools(as: leader) == 2)
            }
        }
    }

    @Test func aPoolWhoseChainsCantBeMadePausesByItself() async throws {
        try await EngineFixture.with { engine in
            _ = try await engine.activeHost(capacity: 9)
            let made = try await engine.admin("POST", "/v1/pools", #"{"name":"p","blueprint":"tiny","warm":5}"#)
            let path = "/v1/pools/\(made["id"]?.text ?? "")"
            try await engine.lead { leader in _ = try await engine.ledger.fillPools(as: leader) }
            var failed = 0
            while failed < 5 {
                let sent = try await engine.admin("GET", "/v1/operations?kind=chain.create&status=sent")["items"]?.items ?? []
                try #require(!sent.isEmpty)
                for operation in sent {
                    try await engine.finish(operation, .failed(WorkError(.terminal, .imageMissing, "no such image")))
                    failed += 1
                }
            }
            let paused = try await engine.admin("GET", path)
            #expect(paused["paused"] == .bool(true) && paused["pauseReason"]?.text?.contains("image-missing") == true)
            #expect(try await engine.admin("POST", path + "/resume")["pauseReason"] == .null)
        }
    }

    @Test func applicationsMatchExactly() async throws {
        try await EngineFixture.with { engine in
            _ = try await engine.activeHost(capacity: 2)
            let made = try await engine.admin("POST", "/v1/chains", #"{"blueprint":"tiny","parameters":{"size":3}}"#)
            try await engine.finish(made["operation"])
            let other = try await engine.tenant("POST", "/v1/chains/apply", #"{"blueprint":"tiny","parameters":{"size":4}}"#)
            #expect(other.status == 202 && other["chain", "parameters", "size"] == .integer(4))
            let alone = try await engine.tenant("POST", "/v1/chains/apply", #"{"parameters":{"size":3}}"#)
            #expect(alone.status == 400 && alone["errors", "0", "field"] == .string("parameters"))
            let same = try await engine.tenant(
                "POST", "/v1/chains/apply", #"{"blueprint":"tiny","parameters":{"size":3},"ttl":60}"#)
            #expect(same.status == 200 && same["chain", "id"] == made["id"])
            let path = "/v1/chains/\(made["id"]?.text ?? "")"
            let renewed = try await engine.tenant("POST", path + "/renew", #"{"ttl":7200}"#)
            #expect(renewed.status == 200 && renewed["lease", "expiresAt"] != same["lease", "expiresAt"])
            #expect(try await engine.tenant("POST", path + "/renew")["lease", "expiresAt"] == .null)
            #expect(try await engine.other("POST", path + "/renew").status == 404)
            let ended = try await engine.tenant("POST", path + "/release")
            guard case .number = ended["lease", "duration"] else {
                Issue.record("the lease says for how long it was held")
                return
            }
        }
    }

    @Test func whoWaitsIsServedInTurnAndNobodyStarves() async throws {
        try await EngineFixture.with { engine in
            _ = try await engine.activeHost(capacity: 1)
            let chain = try await engine.runningChain()
            _ = try await engine.tenant("POST", "/v1/chains/apply")
            // One tenant asks twice before the other comes.
            async let first = engine.tenant("POST", "/v1/chains/apply", "{}", wait: 60)
            try await Self.waiting(1, engine)
            async let second = engine.tenant("POST", "/v1/chains/apply", "{}", wait: 60)
            try await Self.waiting(2, engine)
            async let third = engine.other("POST", "/v1/chains/apply", "{}", wait: 60)
            try await Self.waiting(3, engine)
            #expect(try await engine.other("POST", "/v1/chains/apply").code == "pool-exhausted")
            var current = chain
            var served: [String] = []
            for round in 0..<3 {
                try await engine.finish(try await Self.release(current, engine))
                current = try await engine.runningChain()
                try await Self.waiting(2 - round, engine)
                served.append(try await engine.ledger.lease(of: try #require(ChainID(current)))?.tenant ?? "")
            }
            #expect(served == ["acme", "umbrella", "acme"])
            let answers = try await [first, second, third]
            #expect(answers.allSatisfy { $0.status == 200 })
        }
    }

    private static func waiting(_ count: Int, _ engine: EngineFixture) async throws {
        _ = try await eventually("\(count) wait") {
            try await engine.admin("GET", "/v1/stats")["applicants"] == .integer(count) ? true : nil
        }
    }

    /// Gives a chain back, and tells which operation removes it.
    private static func release(_ chain: String, _ engine: EngineFixture) async throws -> JSONValue? {
        _ = try await engine.admin("POST", "/v1/chains/\(chain)/release")
        return try await engine.admin("GET", "/v1/operations?chain=\(chain)&kind=chain.delete")["items", "0"]
    }

    @Test func whatHappensIsTold() async throws {
        try await EngineFixture.with { engine in
            let start = try await engine.admin("GET", "/v1/events", accept: "application/json")["next"]?.text ?? ""
            _ = try await engine.activeHost()
            let chain = try await engine.runningChain()
            _ = try await engine.tenant("POST", "/v1/chains/apply")
            let kinds = try await eventually("the lease is told of") {
                let events = try await engine.admin("GET", "/v1/events?after=\(start)", accept: "application/json")
                let kinds = (events["items"]?.items ?? []).compactMap {
                    Client.Answer(status: 0, headers: events.headers, json: $0)["kind"]?.text
                }
                return kinds.contains("lease") ? kinds : nil
            }
            #expect(kinds.contains("host") && kinds.contains("chain") && kinds.contains("operation"))
            _ = try await engine.tenant("POST", "/v1/chains/\(chain)/stop")
            let own = try await eventually("the tenant hears of its chain") {
                let events = try await engine.tenant("GET", "/v1/events?after=\(start)", accept: "application/json")
                return events["items"]?.items.isEmpty == false ? events : nil
            }
            #expect(own["items", "0", "chain"] == .string(chain))
            #expect(
                try await engine.other("GET", "/v1/events?after=\(start)", accept: "application/json")["items"]?.items.isEmpty
                    == true)
            #expect(try await engine.admin("GET", "/v1/events?after=x", accept: "application/json").status == 400)
        }
    }

    @Test func aStreamGoesOnWhereItWas() async throws {
        try await EngineFixture.with { engine in
            let start = try await engine.admin("GET", "/v1/events", accept: "application/json")["next"]?.text ?? ""
            _ = try await engine.activeHost()
            let connection = try RawConnection(port: engine.admin.port)
            await connection.send(
                "GET /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(engine.admin.key)\r\nLast-Event-ID: \(start)\r\n\r\n"
            )
            let read = try #require(await connection.read(until: "event: host\ndata: "))
            #expect(read.contains("text/event-stream") && read.contains("id: "))
        }
    }

    @Test func numbersForOperators() async throws {
        try await EngineFixture.with { engine in
            _ = try await engine.activeHost(capacity: 2)
            _ = try await engine.runningChain()
            let stats = try await engine.admin("GET", "/v1/stats")
            #expect(
                stats["chains", "running"] == .integer(1) && stats["chainsReady"] == .integer(1)
                    && stats["capacity"] == .integer(2))
            let text = await Metrics(ledger: engine.ledger).text()
            #expect(text.contains("continuo_chains{phase=\"running\"} 1\n") && text.contains("continuo_ledger_up 1\n"))
        }
    }
}

import Curl
import Foundation
import Model
import Programs
import Testing

/// Requests that are repeated with their `Idempotency-Key` while engines die.
@Suite(.serialized) struct RepeatTests {
    private static let clients = 6
    private static let requestsOfEach = 40
    private static let deaths = 5

    @Test(.timeLimit(.minutes(4))) func everyRequestHappensOnceHoweverOftenTheEngineDies() async throws {
        try await Continuo.run { continuo in
            let answers = Answers()
            let total = Self.clients * Self.requestsOfEach
            try await withThrowingTaskGroup { group in
                for client in 0..<Self.clients {
                    group.addTask {
                        for number in 0..<Self.requestsOfEach {
                            let name = "h\(client)-\(number)"
                            let host = try await Self.insist(on: name, continuo)
                            await answers.keep(host, of: name)
                        }
                    }
                }
                for death in 1...Self.deaths {
                    _ = try await eventually("some requests are answered") {
                        await answers.all.count >= death * total / (Self.deaths + 1) ? true : nil
                    }
                    await continuo.engine.signal(SIGKILL)
                    try await continuo.startEngine()
                }
                try await group.waitForAll()
            }
            let admin = await continuo.admin
            let answered = await answers.all
            for (name, host) in answered {
                let again = try await admin.ask("POST", "/v1/hosts", Self.host(name), once: name)
                #expect(again.body == host && again.headers["Idempotency-Replayed"] == "true")
            }
            let (hosts, operations) = (try await Self.all("hosts", admin), try await Self.all("operations", admin))
            #expect(Set(hosts) == Set(answered.values.compactMap { $0["id"].text }))
            #expect(hosts.count == total && operations.count == total)
        }
    }

    /// A host that nobody serves: its operation waits for an agent.
    private static func host(_ name: String) -> JSONValue {
        [
            "name": .string(name), "driver": "memory", "endpoint": .string("unix:///nowhere/\(name)"), "address": "127.0.0.1",
            "capacity": 1,
        ]
    }

    /// Sends one request until it is answered 202. A refusal would say that it had happened and nobody remembers the answer.
    private static func insist(on name: String, _ continuo: Continuo) async throws -> JSONValue {
        try await eventually("host \(name) is accepted") {
            let answer = try await continuo.admin.ask("POST", "/v1/hosts", host(name), once: name)
            if answer.status == 202 { return answer.body }
            guard answer.status == 503 || answer.body["code"] == "request-in-flight" else {
                Issue.record("\(name): \(answer.status) \(answer.body)")
                return answer.body
            }
            return nil
        }
    }

    private static func all(_ what: String, _ admin: API) async throws -> [String] {
        var (ids, after): ([String], String?) = ([], "")
        while let cursor = after {
            let page = try await admin.get("/v1/\(what)?limit=200" + (cursor.isEmpty ? "" : "&after=\(cursor)"))
            ids += page["items"].items.compactMap { $0["id"].text }
            after = page["next"].text
        }
        return ids
    }
}

/// What clients were told.
private actor Answers {
    private(set) var all: [String: JSONValue] = [:]

    func keep(_ answer: JSONValue, of name: String) {
        all[name] = answer
    }
}

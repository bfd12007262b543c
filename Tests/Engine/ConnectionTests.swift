import Curl
import Foundation
import Logging
import Model
import RabbitMQ
import TestServers
import Testing
import Wire

@testable import Engine

/// A tenant asks for a chain's credentials; an agent, played by the test, answers over a real broker.
@Suite(.serialized) struct ConnectionTests {
    private static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// Answers one query, as an agent would.
    private static func answer(_ engine: EngineFixture, _ answer: Wire.Answer) async throws {
        let queue = Queues.queries(.memory, "default")
        let topology = Queues.topology(driver: .memory, site: "default")
        let consumer = Consumer(engine.broker, topology: topology, queue: queue, prefetch: 1, name: "test", logger: quiet)
        let publisher = Publisher(engine.broker, topology: topology, name: "test", logger: quiet)
        try await withServices([publisher, consumer]) {
            for await delivery in consumer.deliveries {
                let query = try Verifier(site: engine.site).open(
                    delivery.body, headers: delivery.headers, as: Query.self, kind: .query, expectedDestination: queue)
                let sealed = try SealedAnswer(answer, to: query.payload.replyKey, query: query.id)
                let destination = Destination.answer(to: query.id, at: delivery.replyTo ?? "")
                var message = try Signer(site: engine.site).message(.answer, to: destination, site: "default", payload: sealed)
                message.correlationID = delivery.correlationID
                message.mandatory = false
                _ = await publisher.publish([message])
                await consumer.acknowledge([delivery])
                break
            }
        }
    }

    private static let connection = Wire.Answer.Connection(
        nodes: [.init(name: "only", endpoints: [.init(name: "rpc", host: "h", port: 1, url: "http://h:1")])],
        files: [
            .init(name: "connection.json", mediaType: "application/json", content: "secret"),
            .init(name: "org1/key.pem", mediaType: "application/x-pem-file", content: "key"),
        ])

    /// Asks until an agent is there to answer.
    private static func ask(
        _ engine: EngineFixture, _ chain: String, accept: String? = nil
    ) async throws -> Client.Answer {
        try await eventually("an agent answers") {
            let answer = try await engine.tenant("GET", "/v1/chains/\(chain)/connection", accept: accept)
            return answer.code == "agent-silent" ? nil : answer
        }
    }

    @Test func theAnswerIsForTheTenant() async throws {
        try await EngineFixture.with { engine in
            _ = try await engine.activeHost()
            let chain = try await engine.runningChain()
            _ = try await engine.tenant("POST", "/v1/chains/apply")
            async let answering: Void = Self.answer(engine, .connection(Self.connection))
            let answer = try await Self.ask(engine, chain)
            try await answering
            #expect(answer.status == 200 && answer["chain"] == .string(chain))
            #expect(answer["files", "0", "content"] == .string("secret"))
            #expect(answer["nodes", "0", "endpoints", "0", "url"] == .string("http://h:1"))
        }
    }

    @Test func theFilesComeAsAnArchiveForWhoAsksForOne() async throws {
        try await EngineFixture.with { engine in
            _ = try await engine.activeHost()
            let chain = try await engine.runningChain()
            _ = try await engine.tenant("POST", "/v1/chains/apply")
            async let answering: Void = Self.answer(engine, .connection(Self.connection))
            let answer = try await Self.ask(engine, chain, accept: "application/zip")
            try await answering
            #expect(answer.status == 200 && answer.headers["content-type"] == "application/zip")
            #expect(answer.headers["content-disposition"] == "attachment; filename=\"chain-\(chain).zip\"")
            let names = "import sys, zipfile; print(*zipfile.ZipFile(sys.argv[1]).namelist())"
            #expect(try await Python.run(names, on: answer.body) == "connection.json org1/key.pem\n")
        }
    }

    @Test func aNodesLogIsReadInPieces() async throws {
        try await EngineFixture.with { engine in
            _ = try await engine.activeHost()
            let chain = try await engine.runningChain()
            _ = try await engine.tenant("POST", "/v1/chains/apply")
            let path = "/v1/chains/\(chain)/nodes/only/logs"
            async let answering: Void = Self.answer(
                engine, .log(LogPiece(lines: [.init(time: "2026-01-01T00:00:00.1Z", text: "up")], cursor: "next")))
            let answer = try await eventually("an agent answers") {
                let answer = try await engine.tenant("GET", path + "?tail=5")
                return answer.code == "agent-silent" ? nil : answer
            }
            try await answering
            #expect(answer.status == 200 && answer["cursor"] == .string("next"))
            #expect(answer["lines", "0", "text"] == .string("up") && answer["node"] == .string("only"))
            #expect(try await engine.tenant("GET", "/v1/chains/\(chain)/nodes/none/logs").status == 404)
            #expect(try await engine.other("GET", path).status == 404)
            #expect(try await engine.tenant("GET", path + "?wait=11").status == 400)
        }
    }

    @Test func anAgentsFailureIsNamed() async throws {
        try await EngineFixture.with { engine in
            _ = try await engine.activeHost()
            let chain = try await engine.runningChain()
            _ = try await engine.tenant("POST", "/v1/chains/apply")
            async let answering: Void = Self.answer(engine, .failed(WorkError(.terminal, .vaultUnreadable, "It is damaged.")))
            let answer = try await Self.ask(engine, chain)
            try await answering
            #expect(answer.status == 502 && answer.code == "agent-failed")
        }
    }

    @Test func withoutAgentsItIsATimeout() async throws {
        try await EngineFixture.with { engine in
            _ = try await engine.activeHost()
            let chain = try await engine.runningChain()
            let answer = try await engine.admin("GET", "/v1/chains/\(chain)/connection")
            #expect(answer.status == 504 && answer.code == "agent-silent")
        }
    }
}

import Blueprints
import Curl
import Logging
import Model
import PostgreSQL
import RabbitMQ
import TestServers
import Testing
import Wire

@testable import Engine

/// An engine whose database and broker are not there.
@Suite struct WithoutServersTests {
    private static func run(_ body: @Sendable (Client) async throws -> Void) async throws {
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        let engine = try Engine(
            Engine.Configuration(
                listen: ListenAddress("127.0.0.1:0")!,
                database: DatabaseConfiguration(url: "postgresql://nobody@127.0.0.1:1/none"),
                broker: BrokerConfiguration(url: "amqp://127.0.0.1:1"), root: .fresh()),
            blueprints: try BlueprintCatalogue([]), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            listening: { continuation.yield(Int($0.split(separator: ":").last!)!) })
        try await withServices(engine.services) {
            let client = HTTPClient()
            defer { client.shutdown() }
            for await port in ports {
                try await body(Client(port: port, key: APIKey.fresh().text, client: client))
                break
            }
        }
    }

    @Test func itLivesAndSaysWhatIsMissing() async throws {
        try await Self.run { client in
            #expect(try await client("GET", "/healthz").status == 200)
            for path in ["/readyz", "/v1/hosts", "/v1/chains"] {
                let answer = try await client("GET", path)
                #expect(answer.status == 503 && answer.code == "unavailable", "\(path)")
                #expect(answer.headers["Retry-After"] != nil, "\(path)")
            }
            #expect(try await client("POST", "/v1/chains/apply", "{}").status == 503)
        }
    }
}

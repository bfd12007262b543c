import Blueprints
import Curl
import Foundation
import Ledger
import Logging
import Model
import PostgreSQL
import RabbitMQ
import ServiceLifecycle
import TestServers
import Wire

@testable import Engine

/// A whole engine on a schema and a virtual host of its own, with a site, a tenant, and keys.
struct EngineFixture: Sendable {
    let ledger: Ledger
    let broker: BrokerConfiguration
    let signer: Signer
    let site: SiteFile
    let admin: Client
    let tenant: Client
    let other: Client
    let `operator`: Client
    private let configuration: Engine.Configuration

    static func with(_ body: @Sendable (EngineFixture) async throws -> Void) async throws {
        try await TestSchema.with { database in
            try await TestVirtualHost.with { host in
                try await run(DatabaseConfiguration(url: database), BrokerConfiguration(url: host.url), body)
            }
        }
    }

    private static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private static func run(
        _ database: DatabaseConfiguration, _ broker: BrokerConfiguration, _ body: @Sendable (EngineFixture) async throws -> Void
    ) async throws {
        let pool = PostgreSQL.Pool(database, size: 2, waitLimit: .seconds(60), logger: quiet)
        let ledger = Ledger(pool: pool)
        try await ledger.migrate()
        let root = RootKey.fresh()
        let installation = try await ledger.installation()
        let site = SiteFile(site: "default", installation: installation, root: root)
        try await ledger.addSite(name: "default", publicKey: try site.opener().publicKey.base64)
        let keys = try await (
            key(.admin, nil, ledger), key(.tenant, "acme", ledger), key(.tenant, "umbrella", ledger), key(.operator, nil, ledger)
        )
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        let configuration = Engine.Configuration(
            listen: ListenAddress("127.0.0.1:0")!, database: database, broker: broker, root: root)
        let engine = try Engine(
            configuration, blueprints: try BlueprintCatalogue([Blueprint(yaml: blueprint)]), logger: quiet,
            listening: { continuation.yield(Int($0.split(separator: ":").last!)!) })
        try await withServices(engine.services) {
            for await port in ports {
                let client = HTTPClient()
                defer { client.shutdown() }
                func caller(_ key: String) -> Client { Client(port: port, key: key, client: client) }
                try await body(
                    EngineFixture(
                        ledger: ledger, broker: broker, signer: Signer(root: root, installation: installation), site: site,
                        admin: caller(keys.0), tenant: caller(keys.1), other: caller(keys.2),
                        operator: caller(keys.3), configuration: configuration))
                break
            }
        }
        await pool.close()
    }

    /// Runs another engine on the same ledger and broker while `body` runs.
    func withAnother(_ body: @Sendable () async throws -> Void) async throws {
        let engine = try Engine(
            configuration, blueprints: try BlueprintCatalogue([]), logger: Self.quiet, listening: { _ in })
        try await withServices(engine.services, body)
    }

    private static func key(_ role: Role, _ tenant: String?, _ ledger: Ledger) async throws -> String {
        if let tenant { try await ledger.addTenant(name: tenant) }
        let key = APIKey.fresh()
        try await ledger.addKey(StoredKey(id: key.id, secretHash: key.secretHash, role: role, tenant: tenant))
        return key.text
    }

    /// One node with a port; `size` may be chosen.
    private static let blueprint = """
        name: tiny
        version: 1
        title: Tiny
        description: One node.
        parameters:
          - {name: size, type: integer, minimum: 1, maximum: 9, default: 2, description: Any size.}
        nodes:
          - name: only
            image: continuo/tiny:1
            command: [run]
            ports:
              - {name: rpc, container: 80, scheme: http}
        connection: []
        """
}

/// Somebody with a key who calls the API.
struct Client: Sendable {
    let port: Int
    let key: String
    let client: HTTPClient

    struct Answer: Sendable {
        let status: Int
        let headers: Curl.Headers
        var body: [UInt8] = []
        let json: JSONValue

        subscript(path: String...) -> JSONValue? {
            path.reduce(json as JSONValue?) { value, name in
                switch value {
                case .object(let members): members[name]
                case .array(let items): Int(name).flatMap { items.indices.contains($0) ? items[$0] : nil }
                default: nil
                }
            }
        }

        var code: String? { self["code"]?.text }
    }

    func callAsFunction(
        _ method: String, _ path: String, _ json: String? = nil, once: String? = nil, accept: String? = nil,
        match: String? = nil, wait: Int? = nil
    ) async throws -> Answer {
        var headers = [("Authorization", "Bearer \(key)")]
        if let match { headers.append(("If-Match", match)) }
        if let wait { headers.append(("Prefer", "wait=\(wait)")) }
        if let once { headers.append(("Idempotency-Key", once)) }
        if let accept { headers.append(("Accept", accept)) }
        if json != nil { headers.append(("Content-Type", "application/json")) }
        let response = try await client.send(
            Request(
                method, .tcp(host: "127.0.0.1", port: port, tls: nil), path, headers: headers,
                body: json.map { .bytes(Array($0.utf8)) } ?? .none))
        let isJSON = response.headers["content-type"]?.hasSuffix("json") == true
        let value = isJSON ? try JSONDecoder().decode(JSONValue.self, from: Data(response.body)) : .null
        return Answer(status: response.status, headers: response.headers, body: Array(response.body), json: value)
    }
}

extension JSONValue {
    var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    var items: [JSONValue] {
        if case .array(let items) = self { items } else { [] }
    }

    var names: Set<String> {
        if case .object(let members) = self { Set(members.keys) } else { [] }
    }
}

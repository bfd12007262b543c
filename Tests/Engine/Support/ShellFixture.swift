import HTTPTypes
import Ledger
import Logging
import Model
import NIOCore
import PostgreSQL
import ServiceLifecycle

@testable import Engine

/// A listener on a free port with a few calls of its own, and no ledger behind.
struct ShellFixture {
    static let key = APIKey(text: "ctn_admin.secret")!
    static let tenantKey = APIKey(text: "ctn_tenant.secret")!

    static func run(
        limits: Limits = Limits(), origins: AllowedOrigins = AllowedOrigins(), certificate: ServerCertificate? = nil,
        _ body: @Sendable (Int) async throws -> Void
    ) async throws {
        // Never asked.
        let ledger = Ledger(
            pool: PostgreSQL.Pool(
                try DatabaseConfiguration(url: "postgresql://nobody@127.0.0.1:1/none"), size: 1, waitLimit: .seconds(1),
                logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })))
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let front = Front(
            routes: RouteTable(routes), keys: Keys(), bodyLimit: limits.body, origins: origins, metrics: Metrics(ledger: ledger),
            refused: { _ in }, logger: logger)
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        let listener = try Listener.make(
            ListenAddress("127.0.0.1:0")!, limits: limits, certificate: certificate, front: front, logger: logger,
            listening: { continuation.yield(Int($0.split(separator: ":").last!)!) })
        let group = ServiceGroup(configuration: ServiceGroupConfiguration(services: [listener], logger: logger))
        try await withThrowingTaskGroup { tasks in
            tasks.addTask { try await group.run() }
            for await port in ports {
                try await body(port)
                break
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    private static let routes = [
        Route(.get, "/open", .open) { _ in Answer(.ok, json: .object(["open": .bool(true)])) },
        Route(.get, "/things/{id}", .known) { call in Answer(.ok, json: .string(call.parameters["id"] ?? "")) },
        Route(.post, "/things/special", .change) { _ in Answer(.ok, json: .string("special")) },
        Route(.post, "/things", .change, takesBody: true) { call in
            var fields = try call.fields()
            let (name, count) = try fields.complete(fields.required("name", .name), fields.required("count", .integer(1...9)))
            return Answer(.ok, json: .object(["name": .string(name), "count": .integer(count)]))
        },
        Route(.get, "/broken", .open) { _ in throw CancellationError() },
    ]

    private struct Keys: KeyHolder {
        func key(_ id: String) async throws -> HeldKey? {
            switch id {
            case "admin": HeldKey(secretHash: ShellFixture.key.secretHash, caller: Caller(key: id, role: .admin, tenant: nil))
            case "tenant":
                HeldKey(secretHash: ShellFixture.tenantKey.secretHash, caller: Caller(key: id, role: .tenant, tenant: "acme"))
            default: nil
            }
        }
    }
}

import FaultProxy
import Foundation
import Programs
import Testing

/// The network between the programs and their servers breaks, under load.
@Suite struct NetworkTests {
    @Test(.timeLimit(.minutes(20))) func nothingIsLostWhenConnectionsBreak() async throws {
        try await play(
            atOnce: 2,
            [
                scene("connections cut") { proxies in
                    for _ in 1...5 {
                        for proxy in proxies { proxy.cutAll() }
                        try await Task.sleep(for: .seconds(2))
                    }
                    return 5
                },
                // As after a lost route: what was sent is neither answered nor refused; what was there then never comes back.
                scene("connections half-open for 25 s") { proxies in
                    for proxy in proxies { proxy.stall() }
                    try await Task.sleep(for: .seconds(25))
                    for proxy in proxies {
                        proxy.cutAll()
                        proxy.resume()
                    }
                    return 1
                },
            ])
    }

    private func scene(
        _ fault: String, _ strike: @escaping @Sendable ([FaultProxy]) async throws -> Int
    ) -> @Sendable () async throws -> FaultRow {
        {
            let servers = try Servers.fromEnvironment()
            let database = try FaultProxy(to: servers.database)
            let broker = try FaultProxy(to: servers.broker)
            defer { for proxy in [database, broker] { proxy.stop() } }
            return try await MemoryStage.with { stage in
                try await Scene.play(
                    fault, on: servers, proxies: (database.port, broker.port), stage: stage
                ) { scene in
                    try await scene.isBusy()
                    return try await strike([database, broker])
                }
            }
        }
    }
}

extension FaultProxy {
    fileprivate convenience init(to server: URLComponents) throws {
        try self.init(upstreamHost: server.host ?? "", upstreamPort: server.port ?? 0)
    }
}

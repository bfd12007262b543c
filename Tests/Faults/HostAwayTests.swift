import Foundation
import Model
import Programs
import Testing

/// A host dies with all that is on it, and comes back empty.
@Suite struct HostAwayTests {
    @Test(.timeLimit(.minutes(6))) func itIsUnreachableItsChainsAreUnknownAndItComesBackByItself() async throws {
        try await House.with(try Servers.fromEnvironment()) { house in
            try await house.startWatchdog()
            try await house.startEngine()
            try await house.startAgent()
            let id = try await house.register()
            let made = try await house.ask(on: id)
            let admin = await house.admin
            try await admin.succeeds(made)
            let chain = "/v1/chains/\(made["id"].text ?? "")"

            await house.host.die()
            let away = try await eventually("the host is unreachable") {
                let host = try await admin.get("/v1/hosts/\(id)")
                return host["status"] == "unreachable" ? host : nil
            }
            #expect(away["reason"].text?.hasPrefix("host-unreachable") == true)
            #expect(try await house.count("SELECT look_failures::bigint AS n FROM hosts") >= 3)
            let unseen = try await admin.get(chain)
            #expect(unseen["phase"] == "running" && unseen["health"] == "unknown")
            // Nobody is to be given it, and nothing is done to it.
            let refused = try await house.installation.tenant(port: house.port).ask(
                "POST", "/v1/chains/apply", ["blueprint": "litecoin-regtest", "parameters": ["nodes": 2]])
            #expect(refused.status == 409)
            #expect(try await house.count("SELECT count(*) AS n FROM operations") == 2)

            try await house.startHost()
            _ = try await eventually("the host is active and the chain healthy") {
                let (host, chain) = (try await admin.get("/v1/hosts/\(id)"), try await admin.get(chain))
                return host["status"] == "active" && chain["phase"] == "running" && chain["health"] == "healthy" ? true : nil
            }
            #expect(try await house.host.containers().count == 2)
        }
    }
}

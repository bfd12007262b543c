import Blueprints
import Curl
import DockerDriver
import DockerSupport
import Drivers
import Foundation
import Model
import Testing

/// The real chain of the first blueprint: its nodes find one another, and a block mined on one is everybody's.
@Suite(.serialized)
struct LitecoinTests {
    @Test func aBlockMinedOnOneNodeReachesTheOthers() async throws {
        try await DockerField.using { field in
            let blueprint = try #require(try BlueprintCatalogue.embedded().blueprint(named: "litecoin-regtest"))
            let work = SampleChain.work(try blueprint.render(parameters: .object(["nodes": .integer(4)])))
            let driver = DockerDriver(client: field.docker.client)
            let chain = try await driver.converge(work, on: field.host, field.context)
            #expect(chain.nodes.map(\.health) == [.healthy, .healthy, .healthy, .healthy])

            let vault = try #require(
                try await driver.vault(of: work.id, incarnation: 1, on: field.host, field.context))
            let secrets = try field.context.vaults.open(vault, chain: work.id, incarnation: 1).secrets
            let ports = chain.nodes.flatMap(\.ports).map(\.port)
            let password = secrets["rpcPassword"] ?? ""
            let rpcs = ports.map { port in
                LitecoinRPC(client: field.docker.client, host: "127.0.0.1", port: port, password: password)
            }
            _ = try await rpcs[0].call("generatetodescriptor", [.integer(3), .string("raw(51)")])
            for rpc in rpcs[1...] { try await rpc.untilHeight(3) }

            let wallet = try await rpcs[1].call("createwallet", [.string("mine")])
            #expect(wallet.contains("mine"))

            let stop = work.changed { $0.power = .stopped }
            _ = try await driver.converge(stop, on: field.host, field.context)
            let start = stop.changed { $0.power = .running }
            _ = try await driver.converge(start, on: field.host, field.context)
            for rpc in rpcs { try await rpc.untilHeight(3) }
            _ = try await driver.converge(start.absent, on: field.host, field.context)
        }
    }
}

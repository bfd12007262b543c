import Blueprints
import DockerSupport
import Drivers
import KubernetesDriver
import KubernetesSupport
import Model
import Testing

/// The real chain of the first blueprint: its nodes find one another, and a block mined on one is everybody's.
@Suite(.serialized)
struct LitecoinTests {
    @Test func aBlockMinedOnOneNodeReachesTheOthers() async throws {
        try await KubernetesField.using { field in
            let blueprint = try #require(try BlueprintCatalogue.embedded().blueprint(named: "litecoin-regtest"))
            let work = SampleChain.work(try blueprint.render(parameters: .object(["nodes": .integer(3)])))
            let driver = field.driver(health: .seconds(180))
            let chain = try await driver.converge(work, on: field.host, field.context)
            #expect(chain.nodes.map(\.health) == [.healthy, .healthy, .healthy])
            #expect(chain.nodes.allSatisfy { $0.machine?.isEmpty == false })

            let vault = try #require(try await driver.vault(of: work.id, incarnation: 1, on: field.host, field.context))
            let secrets = try field.context.vaults.open(vault, chain: work.id, incarnation: 1).secrets
            let ports = chain.nodes.flatMap(\.ports).map(\.port)
            let rpcs = ports.map {
                LitecoinRPC(
                    client: field.cluster.client, host: field.cluster.address, port: $0, password: secrets["rpcPassword"] ?? "")
            }
            _ = try await rpcs[0].call("generatetodescriptor", [.integer(3), .string("raw(51)")])
            for rpc in rpcs { try await rpc.untilHeight(3) }

            let stop = work.changed { $0.power = .stopped }
            _ = try await driver.converge(stop, on: field.host, field.context)
            let start = stop.changed { $0.power = .running }
            _ = try await driver.converge(start, on: field.host, field.context)
            for rpc in rpcs { try await rpc.untilHeight(3) }
            _ = try await driver.converge(start.absent, on: field.host, field.context)
        }
    }
}

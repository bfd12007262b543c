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
            let rpcs = ports.map { LitecoinRPC(client: field.docker.client, port: $0, password: secrets["rpcPassword"] ?? "") }
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

struct LitecoinRPC {
    let client: HTTPClient
    let port: Int
    let password: String

    func call(_ method: String, _ parameters: [JSONValue] = []) async throws -> String {
        let body = try JSONEncoder().encode(
            JSONValue.object(["method": .string(method), "params": .array(parameters), "id": .integer(1)]))
        let login = Data("continuo:\(password)".utf8).base64EncodedString()
        let response = try await client.send(
            Request(
                "POST", .tcp(host: "127.0.0.1", port: port, tls: nil), "/", headers: [("Authorization", "Basic \(login)")],
                body: .bytes(Array(body))))
        let text = String(decoding: response.body, as: UTF8.self)
        try #require(response.status == 200, "\(method): \(response.status) \(text)")
        return text
    }

    /// 20 s at most.
    func untilHeight(_ height: Int) async throws {
        for _ in 0..<100 {
            if try await call("getblockcount").contains("\"result\":\(height)") { return }
            try await Task.sleep(for: .milliseconds(200))
        }
        Issue.record("no block \(height) on port \(port)")
    }
}

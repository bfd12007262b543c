import Foundation
import Model
import Programs
import Testing

/// Two installations that know nothing of each other share one Docker.
@Suite(.serialized) struct NeighbourTests {
    @Test(.timeLimit(.minutes(8))) func whatOneDoesChangesNothingOfTheOther() async throws {
        try await Continuo.run { quiet in
            let quietHost = try await quiet.registerDocker(capacity: 1, autofill: false)
            _ = try await quiet.makeChain(on: quietHost, nodes: 2)
            let chain = try await quiet.lease()
            let height = try await chain.mineAndSync()
            let before = try await quiet.belongings()
            #expect(before.count >= 4)

            try await Continuo.run { busy in
                #expect(busy.installation.id != quiet.installation.id)
                try await Self.doEverything(busy)
            }
            #expect(try await quiet.belongings() == before)
            try await chain.allNodes(have: height)
            #expect(try await quiet.admin.get("/v1/orphans")["items"].items == [])
            #expect(try await quiet.count(of: "chain.repair") == 0)
            try await quiet.leaveNothing(host: quietHost)
        }
    }

    /// Every request that makes or removes something on a host.
    private static func doEverything(_ continuo: Continuo) async throws {
        let host = try await continuo.registerDocker(capacity: 2, autofill: false)
        let admin = await continuo.admin
        func ask(_ method: String, _ path: String, _ body: JSONValue? = nil) async throws {
            try await admin.succeeds(try await admin.call(method, path, body, expect: [202]))
        }
        let chain = try await continuo.makeChain(on: host, nodes: 2)
        try await ask("POST", "/v1/chains/\(chain)/reset")
        try await ask("POST", "/v1/chains/\(chain)/restart")
        try await ask("POST", "/v1/chains/\(chain)/stop")
        try await ask(
            "POST", "/v1/hosts/\(host)/fillup", ["blueprint": "litecoin-regtest", "parameters": ["nodes": 1]])
        try await ask("POST", "/v1/hosts/\(host)/clean")
        _ = try await continuo.makeChain(on: host, nodes: 1)
        try await ask("POST", "/v1/hosts/\(host)/reset")
        #expect(try await continuo.docker.count(continuo.label) == 0)
        let last = try await continuo.makeChain(on: host, nodes: 1)
        try await ask("DELETE", "/v1/chains/\(last)")
        try await ask("DELETE", "/v1/hosts/\(host)")
    }
}

extension Continuo {
    /// All that this installation has on Docker, by id, and what of it changes when somebody touches it.
    fileprivate func belongings() async throws -> [String: String] {
        var found: [String: String] = [:]
        for id in try await docker.containers(label) {
            let container = try await docker.call("GET", "/containers/\(id)/json", expect: [200])
            found[id] = "\(container["State"]["StartedAt"].text ?? "") \(container["RestartCount"].integer ?? -1)"
        }
        for id in try await docker.networks(label) {
            let network = try await docker.call("GET", "/networks/\(id)", expect: [200])
            found[id] = "\(network["Created"].text ?? "") \(network["IPAM"]["Config"].items.first?["Subnet"].text ?? "")"
        }
        for name in try await docker.volumes(label) {
            found[name] = try await docker.call("GET", "/volumes/\(name)", expect: [200])["CreatedAt"].text
        }
        return found
    }

    /// How many operations of a kind there were.
    fileprivate func count(of kind: String) async throws -> Int {
        try await admin.get("/v1/operations?limit=200")["items"].items.filter { $0["kind"].text == kind }.count
    }
}

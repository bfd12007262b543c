import Foundation
import Model
import Programs
import Testing

/// The road from one end to the other, with real servers, real programs and real chains.
@Suite(.serialized) struct RoadTests {
    @Test(.timeLimit(.minutes(8))) func twentyTenantsApplyForThreeChains() async throws {
        try await Continuo.run { continuo in
            let foreign = try await ForeignContainer(on: continuo.docker)
            let host = try await continuo.registerDocker(capacity: 3, autofill: true)
            let pool = try await continuo.admin.call(
                "POST", "/v1/pools",
                ["name": "ready", "blueprint": "litecoin-regtest", "parameters": ["nodes": 2], "warm": "full"], expect: [201])
            try await continuo.admin.chains("running", count: 3)

            let tenant = await continuo.tenant
            let leased = try await applyAtOnce(20, tenant)
            #expect(Set(leased).count == 3)

            var chains: [LeasedChain] = []
            for id in leased {
                let chain = try await LeasedChain(id, of: tenant)
                #expect(try await chain.mineAndSync() == 1)
                chains.append(chain)
            }
            #expect(Set(chains.map(\.password)).count == 3)

            try await releaseMakesAFreshOne(chains[0], continuo)
            try await foreign.isUntouched()
            try await continuo.admin.call("DELETE", "/v1/pools/\(pool["id"].text ?? "")", expect: [200, 204])
            try await continuo.leaveNothing(host: host)
            try await foreign.isUntouched()
            try await foreign.remove()
        }
    }

    /// All at the same time; exactly three get a chain, all others 409. Returns the chains' ids.
    private func applyAtOnce(_ count: Int, _ tenant: API) async throws -> [String] {
        let answers = try await withThrowingTaskGroup(of: API.Answer.self) { group in
            for number in 0..<count {
                group.addTask {
                    try await tenant.ask(
                        "POST", "/v1/chains/apply", ["blueprint": "litecoin-regtest", "holder": .string("user-\(number)")])
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let refused = answers.filter { $0.status == 409 && $0.body["code"] == "pool-exhausted" }
        let granted = answers.filter { $0.status == 200 }
        #expect(granted.count == 3)
        #expect(refused.count == count - 3)
        return granted.compactMap { $0.body["chain"]["id"].text }
    }

    private func releaseMakesAFreshOne(_ old: LeasedChain, _ continuo: Continuo) async throws {
        let docker = await continuo.docker
        #expect(try await docker.containers("continuo.chain=\(old.id)").count == 2)
        try await continuo.tenant.call("POST", "/v1/chains/\(old.id)/release", expect: [200])
        #expect(try await continuo.tenant.ask("GET", "/v1/chains/\(old.id)").status == 404)
        let fresh = try await eventually("a fresh chain is leasable") { try? await continuo.lease() }
        #expect(fresh.id != old.id)
        #expect(fresh.password != old.password)
        #expect(try await docker.count("continuo.chain=\(old.id)") == 0)
        #expect(try await fresh.mineAndSync() == 1)
        await #expect(throws: Failure.self) { try await fresh.rpc(fresh.nodes[0], "getblockcount", password: old.password) }
    }

    @Test(.timeLimit(.minutes(6))) func stopStartAndRestartKeepTheHeight() async throws {
        try await Continuo.run { continuo in
            let host = try await continuo.registerDocker(capacity: 1, autofill: false)
            let id = try await continuo.makeChain(on: host, nodes: 2)
            let chain = try await continuo.lease()
            #expect(chain.id == id)
            let height = try await chain.mineAndSync()
            let tenant = await continuo.tenant
            for step in ["stop", "start", "restart"] {
                try await tenant.succeeds(try await tenant.call("POST", "/v1/chains/\(id)/\(step)", expect: [202]))
                let phase = try await tenant.get("/v1/chains/\(id)")["phase"].text
                #expect(phase == (step == "stop" ? "stopped" : "running"))
                if step != "stop" { try await chain.allNodes(have: height) }
            }
            let again = try await LeasedChain(id, of: tenant)
            #expect(again.nodes.map(\.port) == chain.nodes.map(\.port))
            #expect(again.password == chain.password)
            try await continuo.leaveNothing(host: host)
        }
    }

    @Test(.timeLimit(.minutes(6))) func aRemovedAndADeadContainerAreRepaired() async throws {
        try await Continuo.run { continuo in
            let host = try await continuo.registerDocker(capacity: 1, autofill: false)
            let id = try await continuo.makeChain(on: host, nodes: 2)
            let chain = try await continuo.lease()
            let height = try await chain.mineAndSync()
            let docker = await continuo.docker
            try await repaired(chain, "node1", continuo) { try await docker.remove(container: $0) }
            try await repaired(chain, "node2", continuo) {
                try await docker.call("POST", "/containers/\($0)/stop?t=1", expect: [204])
            }
            try await chain.allNodes(have: height)
            #expect(try await continuo.admin.get("/v1/chains/\(id)")["phase"] == "running")
            try await continuo.leaveNothing(host: host)
        }
    }

    private func repaired(
        _ chain: LeasedChain, _ node: String, _ continuo: Continuo, harm: (String) async throws -> Void
    ) async throws {
        let docker = await continuo.docker
        let victim = try await docker.containers("continuo.chain=\(chain.id)", "continuo.node=\(node)")
        #expect(victim.count == 1)
        let before = try await repairs(continuo)
        try await harm(victim[0])
        _ = try await eventually("\(node) is repaired") {
            try await self.repairs(continuo) > before ? true : nil
        }
    }

    /// How many repairs have succeeded.
    private func repairs(_ continuo: Continuo) async throws -> Int {
        try await continuo.admin.get("/v1/operations?limit=200")["items"].items
            .filter { $0["kind"] == "chain.repair" && $0["status"] == "succeeded" }.count
    }
}

/// Somebody else's container on the same Docker.
struct ForeignContainer {
    let docker: Docker
    let id: String

    init(on docker: Docker) async throws {
        self.docker = docker
        let made = try await docker.call(
            "POST", "/containers/create",
            [
                "Image": "continuo/litecoin:1", "Cmd": ["sleep", "3600"],
                "Labels": ["continuo.chain": "somebody-else", "continuo.installation": "somebody-else"],
            ], expect: [201])
        id = made["Id"].text ?? ""
        try await docker.call("POST", "/containers/\(id)/start", expect: [204])
    }

    func isUntouched() async throws {
        let container = try await docker.call("GET", "/containers/\(id)/json", expect: [200])
        guard container["State"]["Running"] == true else {
            throw Failure("the foreign container was touched: \(container["State"])")
        }
    }

    func remove() async throws {
        try await docker.remove(container: id)
    }
}

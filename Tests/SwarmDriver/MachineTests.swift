import Curl
import DockerSupport
import Drivers
import Model
import SwarmDriver
import Testing

/// Machines that leave, fall silent, or take the swarm's majority with them.
@Suite(.serialized)
struct MachineTests {
    private func driver(_ field: SwarmField) -> SwarmDriver {
        SwarmDriver(client: field.manager.client, patience: .init(health: .seconds(60)))
    }

    private func nodes(of work: ChainWork, _ field: SwarmField) async throws -> [ObservedNode] {
        try await driver(field).observe(field.host, field.context).chains.first { $0.id == work.id }?.nodes ?? []
    }

    @Test func theNodesOfAMachineThatLeavesAreMadeAnewOnTheOther() async throws {
        try await PrivateSwarm.temporary { swarm in
            let field = swarm.field
            let work = SampleChain.work()
            let before = try await driver(field).converge(work, on: field.host, field.context)
            #expect(Set(before.nodes.map { $0.address ?? field.host.address }).count == 2)
            let moving = try #require(before.nodes.first { $0.address != nil })
            try await swarm.changeWorker { $0["Availability"] = "drain" }
            let seen = try await eventually("its node has gone") {
                try await nodes(of: work, field).first { $0.name == moving.name && $0.state == .exited }
            }
            #expect(seen.detail?.contains("has left the swarm") == true)
            let after = try await driver(field).converge(work, on: field.host, field.context)
            #expect(after.nodes.map(\.state) == [.running, .running])
            #expect(after.nodes.allSatisfy { $0.address == nil })
            #expect(after.nodes.map(\.object) == before.nodes.map(\.object))
            _ = try await driver(field).converge(work.absent, on: field.host, field.context)
        }
    }

    @Test func aMachineThatFallsSilentIsNamedAndWaitedFor() async throws {
        try await PrivateSwarm.temporary { swarm in
            let field = swarm.field
            let work = SampleChain.work()
            let before = try await driver(field).converge(work, on: field.host, field.context)
            let silent = try #require(before.nodes.first { $0.address != nil })
            try await swarm.worker(isReachable: false)
            let seen = try await eventually("the swarm notices") {
                try await nodes(of: work, field).first { $0.name == silent.name && $0.health == .unhealthy }
            }
            #expect(seen.state == .restarting && seen.detail?.contains("is down") == true)
            let error = await #expect(throws: WorkError.self) {
                try await driver(field).converge(work, on: field.host, field.context)
            }
            #expect(error?.code == .hostRefused && error?.disposition == .transient && error?.node == silent.name)
            try await swarm.worker(isReachable: true)
            _ = try await eventually("it is back") {
                try await nodes(of: work, field).first { $0.name == silent.name && $0.health == .healthy }
            }
            _ = try await driver(field).converge(work.absent, on: field.host, field.context)
        }
    }

    @Test func aSwarmWithoutItsMajorityIsRefusedForNow() async throws {
        try await PrivateSwarm.temporary { swarm in
            let field = swarm.field
            try await swarm.changeWorker { $0["Role"] = "manager" }
            _ = try await eventually("it is a manager") {
                try await field.worker.send("GET", "/nodes").status == 200 ? true : nil
            }
            try await swarm.worker(isReachable: false)
            let error = try await eventually("the majority is lost") { () -> WorkError? in
                do {
                    _ = try await driver(field).observe(field.host, field.context)
                    return nil
                } catch let error as WorkError {
                    return error
                }
            }
            #expect(error.disposition == .transient)
            #expect([.hostRefused, .hostSlow].contains(error.code))
            try await swarm.worker(isReachable: true)
            // Managers that have lost each other call again after ever longer pauses.
            _ = try await eventually("it has a leader again", within: .seconds(240)) {
                try? await driver(field).probe(field.host, field.context)
            }
        }
    }
}

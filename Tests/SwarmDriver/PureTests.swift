import DockerSupport
import Foundation
import Model
import Testing

@testable import SwarmDriver

@Suite struct PlacementTests {
    private func machine(_ id: String, _ state: String = "ready", _ availability: String = "active") -> Machine {
        Machine(
            id: id, spec: .init(labels: nil, availability: availability), description: nil,
            status: .init(state: state, addr: "10.0.0.\(id)"))
    }

    @Test func nodesAreSpreadAndThoseThatHaveAPlaceKeepIt() throws {
        let machines = Machines(all: [machine("1"), machine("2"), machine("3", "down")], manager: "1")
        let nodes = ["a", "b", "c", "d"]
        #expect(try machines.place(nodes, earlier: [:], load: [:]) == ["a": "1", "b": "2", "c": "1", "d": "2"])
        #expect(try machines.place(["a"], earlier: [:], load: ["1": 5]) == ["a": "2"])
        // One that is only down keeps its nodes, for the sake of their data.
        #expect(try machines.place(nodes, earlier: ["b": "3"], load: [:])["b"] == "3")
    }

    @Test func whatHasLeftIsGivenUp() throws {
        let machines = Machines(all: [machine("1"), machine("2", "ready", "drain")], manager: "1")
        #expect(try machines.place(["a", "b"], earlier: ["a": "2", "b": "9"], load: [:]) == ["a": "1", "b": "1"])
        #expect(throws: WorkError.self) {
            try Machines(all: [machine("2", "ready", "drain")], manager: nil).place(["a"], earlier: [:], load: [:])
        }
    }

    @Test func anotherMachinesPortsAreAtItsOwnAddress() {
        var labelled = machine("3")
        labelled.spec.labels = [SwarmLabels.address: "edge.example"]
        let machines = Machines(all: [machine("1"), machine("2"), labelled], manager: "1")
        #expect(machines.address(of: "1") == nil)
        #expect(machines.address(of: "2") == "10.0.0.2")
        #expect(machines.address(of: "3") == "edge.example")
    }
}

@Suite struct SightTests {
    private let machines = Machines(
        all: [
            Machine(
                id: "1", spec: .init(labels: nil, availability: "active"), description: nil,
                status: .init(state: "ready", addr: nil))
        ], manager: "1")

    private func service(replicas: Int = 1) -> Service {
        Service(
            id: "s", version: .init(index: 1),
            spec: .init(
                name: "n", labels: [SwarmLabels.machine: "1"], taskTemplate: TaskTemplate(containerSpec: nil),
                mode: .init(replicated: .init(replicas: replicas)), endpointSpec: nil))
    }

    private func life(_ state: String, wanted: String = "running", error: String? = nil, at second: Int = 0) -> SwarmTask {
        SwarmTask(
            id: "t\(second)", createdAt: "2026-01-01T00:00:0\(second)Z", spec: TaskTemplate(containerSpec: nil), serviceID: "s",
            nodeID: "1",
            status: .init(
                timestamp: "2026-01-01T00:00:0\(second)Z", state: state, message: nil, err: error, portStatus: nil),
            desiredState: wanted)
    }

    private func sight(_ lives: [SwarmTask], replicas: Int = 1) -> NodeSight {
        NodeSight(service(replicas: replicas), lives: lives, machines: machines)
    }

    @Test func aLifeThatCountsDecides() {
        #expect(sight([life("failed", wanted: "shutdown", error: "x"), life("running", at: 1)]).state == .running)
        #expect(sight([life("running", wanted: "shutdown")], replicas: 0).state == .exited)
        #expect(sight([]).state == .restarting)
    }

    @Test func aTroubleIsToldWithItsCause() {
        let again = sight([life("failed", wanted: "shutdown", error: "task: non-zero exit (1)"), life("preparing", at: 1)])
        #expect(again.state == .restarting && again.health == .unhealthy)
        #expect(again.detail?.contains("non-zero exit (1)") == true)
        let pending = sight([life("pending", error: "no suitable node (insufficient resources on 2 nodes)")])
        #expect(pending.detail?.contains("insufficient resources") == true)
        let sick = sight([life("failed", wanted: "shutdown", error: "task: non-zero exit (137): dockerexec: unhealthy container")]
        )
        #expect(sick.detail?.contains("its probe fails") == true)
    }
}

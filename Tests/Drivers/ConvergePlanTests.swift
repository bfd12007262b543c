import Drivers
import Model
import Testing

@Suite("The way from found to desired")
struct ConvergePlanTests {
    let installation = InstallationID.fresh()
    let host = HostID.fresh()
    let base = ChainWork(
        id: .fresh(),
        plan: Plan(
            blueprint: BlueprintReference(name: "test", version: 1), secrets: [],
            nodes: [PlannedNode(name: "one", image: "image:1"), PlannedNode(name: "two", image: "image:1")], connection: []),
        desired: Desired(generation: 3, incarnation: 2), subnet: "10.201.0.0/28",
        ports: [PortAssignment(node: "one", name: "rpc", port: 20_000)], sequence: 7)

    func containers(of work: ChainWork, state: NodeState = .running) -> [FoundNode] {
        work.plan.nodes.map { node in
            FoundNode(
                object: "container-\(node.name)", state: state,
                labels: ObjectLabels(work, on: host, of: installation, node: node))
        }
    }

    func network(of work: ChainWork) -> FoundObject {
        FoundObject(
            reference: ObjectReference(kind: .network, id: "network-\(work.desired.incarnation)"),
            labels: ObjectLabels(work, on: host, of: installation))
    }

    func steps(_ work: ChainWork, _ containers: [FoundNode]) throws -> [NodeStep] {
        try ConvergePlan(for: work, containers: containers, others: []).steps.map(\.step)
    }

    @Test("on an empty host everything is created")
    func empty() throws {
        #expect(try steps(base, []) == [.create(start: true), .create(start: true)])
    }

    @Test("what is as desired is kept, also by a later generation")
    func kept() throws {
        var later = base
        later.desired.generation += 1
        let plan = try ConvergePlan(for: later, containers: containers(of: base), others: [network(of: base)])
        #expect(plan.isEmpty)
    }

    @Test("a node with fewer restarts, another image or another port is replaced")
    func replaced() throws {
        var restarted = base
        restarted.desired.nodes["two"] = DesiredNode(restarts: 1)
        #expect(try steps(restarted, containers(of: base)) == [.keep, .replace("container-two", start: true)])
        var changed = base
        changed.plan.nodes[1].image = "image:2"
        #expect(try steps(changed, containers(of: base)) == [.keep, .replace("container-two", start: true)])
        var moved = base
        moved.ports[0].port = 20_001
        #expect(try steps(moved, containers(of: base)) == [.replace("container-one", start: true), .keep])
    }

    @Test(
        "power is reached from every state",
        arguments: [
            (Power.running, NodeState.exited, NodeStep.start("container-one")),
            (.running, .created, .start("container-one")),
            (.running, .restarting, .keep),
            (.running, .missing, .create(start: true)),
            (.stopped, .running, .stop("container-one")),
            (.stopped, .restarting, .stop("container-one")),
            (.stopped, .exited, .keep),
            (.stopped, .missing, .create(start: false)),
        ])
    func power(power: Power, state: NodeState, step: NodeStep) throws {
        var work = base
        work.desired.power = power
        #expect(try steps(work, containers(of: base, state: state)).first == step)
    }

    @Test("a lower incarnation goes entirely, containers first")
    func reset() throws {
        var work = base
        work.desired.incarnation += 1
        work.desired.generation += 1
        let plan = try ConvergePlan(for: work, containers: containers(of: base), others: [network(of: base)])
        #expect(plan.removals.map(\.id) == ["container-one", "container-two", "network-2"])
        #expect(plan.steps.map(\.step) == [.create(start: true), .create(start: true)])
    }

    @Test("an absent chain loses everything")
    func absent() throws {
        var work = base
        work.desired.power = .absent
        let plan = try ConvergePlan(for: work, containers: containers(of: base), others: [network(of: base)])
        #expect(plan.removals.count == 3)
        #expect(plan.steps.isEmpty)
    }

    @Test("containers that no plan names and older twins are removed")
    func surplus() throws {
        var found = containers(of: base)
        var twin = found[0]
        twin.object = "twin"
        twin.labels.sequence -= 1
        var stray = found[1]
        stray.object = "stray"
        stray.labels.node?.name = "three"
        found += [twin, stray]
        let plan = try ConvergePlan(for: base, containers: found, others: [])
        #expect(plan.removals.map(\.id) == ["stray", "twin"])
        #expect(plan.steps.map(\.step) == [.keep, .keep])
    }

    @Test("a host that is ahead of the ledger is left alone")
    func ahead() {
        var future = base
        future.desired.generation += 1
        #expect { try steps(base, containers(of: future)) } throws: { ($0 as? WorkError)?.code == .ledgerBehind }
    }

    @Test("labels survive the way to the host and back; damaged ones are not ours")
    func labels() {
        let labels = ObjectLabels(base, on: host, of: installation, node: base.plan.nodes[0])
        #expect(ObjectLabels(labels.dictionary) == labels)
        var damaged = labels.dictionary
        damaged["continuo.generation"] = "x"
        #expect(ObjectLabels(damaged) == nil)
        #expect(ObjectLabels([:]) == nil)
    }
}

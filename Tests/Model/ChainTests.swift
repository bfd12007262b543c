import Foundation
import Model
import Testing

private func plan(_ names: [String]) -> Plan {
    Plan(
        blueprint: BlueprintReference(name: "test", version: 1), secrets: [],
        nodes: names.map { PlannedNode(name: $0, image: "image") }, connection: [])
}

private func chain(_ phase: ChainPhase = .running, nodes: [String] = ["a", "b"]) -> Chain {
    Chain(
        id: .fresh(), host: .fresh(), plan: plan(nodes), parameters: .object([:]), phase: phase, health: .healthy,
        subnet: "10.0.0.0/27", ports: [],
        nodes: nodes.map { ObservedNode(name: $0, state: .running, health: .healthy, incarnation: 1) }, createdAt: Date())
}

private func seen(_ chain: Chain, _ nodes: [ObservedNode]) -> ObservedChain {
    ObservedChain(id: chain.id, nodes: nodes, sequence: 1)
}

private let failure = WorkError(.terminal, .imageMissing, "no such image")

@Suite struct ChainRequestTests {
    @Test(arguments: [OperationKind.start, .stop, .restart, .reset, .delete])
    func everyRequestRaisesTheGeneration(kind: OperationKind) throws {
        #expect(try chain().requested(kind).desired.generation == 2)
    }

    @Test func retryingWantsNothingNew() throws {
        let phases: [OperationKind: ChainPhase] = [.create: .creating, .reset: .resetting, .delete: .deleting, .start: .failed]
        for (kind, phase) in phases {
            var failed = chain()
            failed.phase = .failed
            failed.reason = "image-missing: no such image"
            let next = try failed.retried(kind)
            #expect(next.phase == phase && next.desired == failed.desired)
            #expect((next.reason == nil) == (phase != .failed))
        }
        #expect(throws: Refusal.chainGone) { try chain(.gone).retried(.delete) }
    }

    @Test func aRepairChangesNothingThatIsDesired() throws {
        let before = chain()
        #expect(try before.requested(.repair) == before)
    }

    @Test func restartCountsAndRuns() throws {
        let next = try chain(.stopped).requested(.restart)
        #expect(next.desired.restarts == 1)
        #expect(next.desired.power == .running)
    }

    @Test func resetIsANewIncarnation() throws {
        let next = try chain().requested(.reset)
        #expect(next.desired.incarnation == 2)
        #expect(next.phase == .resetting)
    }

    @Test(arguments: [OperationKind.start, .stop, .restart, .reset])
    func aChainOnItsWayOutTakesNothingMore(kind: OperationKind) {
        #expect(throws: Refusal.chainDeleting) { try chain(.deleting).requested(kind) }
        #expect(throws: Refusal.chainGone) { try chain(.gone).requested(kind) }
    }
}

@Suite struct ChainOutcomeTests {
    @Test func aCreatedChainRunsAndItsLeaseBecomesActive() {
        var new = chain(.creating)
        let effects = new.operationEnded(.create, .succeeded, isNewest: true, aim: new.desired, observed: seen(new, new.nodes))
        #expect(effects == [.activateLease])
        #expect(new.phase == .running && new.health == .healthy)
    }

    @Test func aFailedCreateSaysWhyAndEndsItsLease() {
        var new = chain(.creating)
        #expect(
            new.operationEnded(.create, .failed(failure), isNewest: true, aim: new.desired, observed: nil) == [.endWaitingLease])
        #expect(new.phase == .failed)
        #expect(new.reason == "image-missing: no such image")
    }

    @Test func aDeletedChainFreesWhatItHad() throws {
        var old = try chain().requested(.delete)
        #expect(old.phase == .deleting)
        let effects = old.operationEnded(.delete, .succeeded, isNewest: true, aim: old.desired, observed: seen(old, []))
        #expect(effects == [.endLease(.revoked), .free])
        #expect(old.phase == .gone && old.nodes.isEmpty)
    }

    @Test func aFailedDeleteIsVisible() throws {
        var old = try chain().requested(.delete)
        #expect(
            old.operationEnded(.delete, .failed(failure), isNewest: true, aim: old.desired, observed: nil) == [.endWaitingLease])
        #expect(old.phase == .failed)
        #expect(try old.requested(.delete).phase == .deleting)
    }

    @Test func theNewestOperationDecidesThePhase() throws {
        var stopping = try chain().requested(.stop).requested(.delete)
        #expect(stopping.operationEnded(.stop, .succeeded, isNewest: false, aim: nil, observed: nil) == [])
        #expect(stopping.phase == .deleting)
    }

    @Test(arguments: [OperationKind.stop, .reset, .delete])
    func whatWasCancelledIsNotDoneByWhatWasUnderWay(kind: OperationKind) throws {
        let creating = chain(.creating)
        var asked = try creating.requested(kind)
        #expect(asked.operationEnded(kind, .cancelled, isNewest: true, aim: asked.desired, observed: nil) == [.endWaitingLease])
        let created = seen(creating, creating.nodes)
        #expect(asked.operationEnded(.create, .succeeded, isNewest: true, aim: creating.desired, observed: created) == [])
        #expect(asked.phase == .failed && asked.reason == "cancelled: cancelled")
    }

    @Test func aFailedRepairLeavesTheChainWithItsTenant() {
        var broken = chain()
        #expect(broken.operationEnded(.repair, .failed(failure), isNewest: true, aim: broken.desired, observed: nil) == [])
        #expect(broken.phase == .running && broken.health == .unhealthy)
    }
}

@Suite struct CertificateTests {
    @Test func theExpiryThatWasSeenHoldsForItsIncarnation() throws {
        var one = chain()
        var look = seen(one, one.nodes)
        look.certificatesExpireAt = 1_800_000_000
        one.see(look)
        #expect(one.certificatesExpireAt == Date(timeIntervalSince1970: 1_800_000_000))
        one.see(seen(one, []))
        #expect(one.certificatesExpireAt == Date(timeIntervalSince1970: 1_800_000_000))
        #expect(try one.requested(.restart).certificatesExpireAt != nil)
        #expect(try one.requested(.reset).certificatesExpireAt == nil)
    }
}

@Suite struct DriftTests {
    @Test func nothingDiffers() { #expect(chain().drift() == nil) }

    @Test(arguments: [NodeState.missing, .exited, .created]) func aNodeThatDoesNotRunIsDrift(state: NodeState) {
        var one = chain()
        one.see(seen(one, [one.nodes[0], ObservedNode(name: "b", state: state, incarnation: 1)]))
        #expect(one.drift()?.node == "b")
        #expect(one.health == .degraded)
    }

    @Test func aNodeThatWasNotSeenIsMissing() {
        var one = chain()
        one.see(seen(one, []))
        #expect(one.drift()?.node == "a")
        #expect(one.health == .unhealthy)
    }

    @Test func aRestartByTheHostIsNoDrift() {
        var one = chain()
        one.see(seen(one, [one.nodes[0], ObservedNode(name: "b", state: .restarting, incarnation: 1)]))
        #expect(one.drift() == nil)
        #expect(one.health == .degraded)
    }

    @Test func aRunningNodeOfAStoppedChainIsDrift() {
        var one = chain(.stopped)
        one.desired.power = .stopped
        #expect(one.drift()?.node == "a")
    }

    @Test func anEarlierIncarnationOrRestartIsDrift() {
        var one = chain()
        one.desired.incarnation = 2
        #expect(one.drift() != nil)
        one = chain()
        one.desired.nodes["b"] = DesiredNode(restarts: 1)
        #expect(one.drift()?.node == "b")
    }

    @Test(arguments: [ChainPhase.creating, .resetting, .deleting, .gone, .failed])
    func onlySettledChainsAreRepaired(phase: ChainPhase) {
        var one = chain(phase)
        one.nodes[0].state = .missing
        #expect(one.drift() == nil)
    }

    @Test func aStartingNodeSaysNothingNew() {
        var one = chain()
        one.see(seen(one, one.nodes.map { ObservedNode(name: $0.name, state: .running, health: .starting, incarnation: 1) }))
        #expect(one.health == .healthy)
    }
}

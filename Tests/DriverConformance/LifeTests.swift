import DockerSupport
import Drivers
import Model
import Testing

/// A chain's life, every call made twice: the second finds nothing to do.
@Suite("Every driver: the life of a chain", .serialized)
struct LifeTests {
    @Test(arguments: Kind.allCases)
    func aProbeTellsWhatTheHostIs(_ kind: Kind) async throws {
        try await Subject.of(kind) { subject in
            let facts = try await subject.driver.probe(subject.host, subject.context)
            #expect(!facts.version.isEmpty && !facts.apiVersion.isEmpty)
            #expect(facts.cpus > 0 && facts.memoryBytes > 0)
        }
    }

    @Test(arguments: Kind.allCases)
    func aChainIsCreatedAndDeleted(_ kind: Kind) async throws {
        try await Subject.of(kind) { subject in
            let work = SampleChain.work()
            let chain = try await subject.converge(work)
            #expect(chain.nodes.map(\.name) == ["node1", "node2"])
            #expect(chain.nodes.allSatisfy { $0.state == .running && $0.health == .healthy })
            #expect(chain.nodes.flatMap(\.ports) == work.ports)
            #expect(chain.sequence == 1)

            let again = try await subject.converge(work)
            #expect(again.nodes.map(\.object) == chain.nodes.map(\.object))
            #expect(try await subject.observed(work.id)?.nodes.map(\.object) == chain.nodes.map(\.object))

            for _ in 1...2 {
                #expect(try await subject.converge(work.absent).nodes.isEmpty)
                #expect(try await subject.driver.observe(subject.host, subject.context).chains.isEmpty)
            }
        }
    }

    @Test(arguments: Kind.allCases)
    func aChainIsStoppedAndStartedAsItWas(_ kind: Kind) async throws {
        try await Subject.of(kind) { subject in
            let work = SampleChain.work()
            let before = try await subject.converge(work)
            let stop = work.changed { $0.power = .stopped }
            for _ in 1...2 {
                let stopped = try await subject.converge(stop)
                #expect(stopped.nodes.map(\.state) == [.exited, .exited])
                #expect(stopped.nodes.map(\.object) == before.nodes.map(\.object))
            }
            let start = stop.changed { $0.power = .running }
            for _ in 1...2 {
                let started = try await subject.converge(start)
                #expect(started.nodes.map(\.state) == [.running, .running])
                #expect(started.nodes.map(\.object) == before.nodes.map(\.object))
                #expect(started.nodes.flatMap(\.ports) == work.ports)
            }
            try await subject.converge(start.absent)
        }
    }

    @Test(arguments: Kind.allCases)
    func aRestartReplacesOnce(_ kind: Kind) async throws {
        try await Subject.of(kind) { subject in
            let work = SampleChain.work()
            let before = try await subject.converge(work)
            let secret = try await subject.secret(of: work)
            let restart = work.changed { $0.restarts += 1 }
            let after = try await subject.converge(restart)
            #expect(zip(before.nodes, after.nodes).allSatisfy { ($0.object != $1.object) == subject.restartsAnew })
            #expect(after.nodes.map(\.restarts) == [1, 1])
            #expect(after.nodes.flatMap(\.ports) == work.ports)
            #expect(try await subject.converge(restart).nodes.map(\.object) == after.nodes.map(\.object))
            #expect(try await subject.secret(of: restart) == secret)
            try await subject.converge(restart.absent)
        }
    }

    @Test(arguments: Kind.allCases)
    func oneNodeIsStoppedRestartedAndStarted(_ kind: Kind) async throws {
        try await Subject.of(kind) { subject in
            let work = SampleChain.work()
            let before = try await subject.converge(work)
            let stop = work.changed { $0.nodes["node2"] = DesiredNode(power: .stopped) }
            #expect(try await subject.converge(stop).nodes.map(\.state) == [.running, .exited])
            let restart = stop.changed { $0.nodes["node1"] = DesiredNode(restarts: 1) }
            let restarted = try await subject.converge(restart)
            #expect(restarted.nodes.map(\.state) == [.running, .exited])
            #expect((restarted.nodes[0].object != before.nodes[0].object) == subject.restartsAnew)
            #expect(restarted.nodes[1].object == before.nodes[1].object)
            let start = restart.changed { $0.nodes["node2"] = DesiredNode() }
            #expect(try await subject.converge(start).nodes.map(\.state) == [.running, .running])
            try await subject.converge(start.absent)
        }
    }

    @Test(arguments: Kind.allCases)
    func aResetMakesEverythingAnewWithOtherSecrets(_ kind: Kind) async throws {
        try await Subject.of(kind) { subject in
            let work = SampleChain.work(SampleChain.rich())
            let before = try await subject.converge(work)
            let old = try #require(try await subject.vault(of: work))
            let reset = work.changed { $0.incarnation += 1 }
            let after = try await subject.converge(reset)
            #expect(after.nodes.map(\.incarnation) == [2, 2])
            #expect(zip(before.nodes, after.nodes).allSatisfy { $0.object != $1.object })
            #expect(Set(before.objects).isDisjoint(with: after.objects))
            let new = try #require(try await subject.vault(of: reset))
            #expect(old.hidden.count == 3 && Set(old.hidden).isDisjoint(with: new.hidden))
            #expect(try await subject.vault(of: work) == nil)
            try await subject.converge(reset.absent)
        }
    }

    /// Another agent, that knows nothing but the work, finds what is there and keeps it.
    @Test(arguments: Kind.allCases)
    func whatAnotherAgentMadeIsAdopted(_ kind: Kind) async throws {
        try await Subject.of(kind) { subject in
            let work = SampleChain.work(SampleChain.rich())
            let before = try await subject.converge(work)
            let later = work.changed { _ in }
            let after = try await subject.driver.converge(later, on: subject.host, subject.context())
            #expect(after.nodes.map(\.object) == before.nodes.map(\.object))
            #expect(Set(after.objects) == Set(before.objects))
            try await subject.converge(later.absent)
        }
    }

    @Test(arguments: Kind.allCases)
    func whatWasRemovedBehindOurBackComesBack(_ kind: Kind) async throws {
        try await Subject.of(kind) { subject in
            let work = SampleChain.work()
            let before = try await subject.converge(work)
            let victim = ObjectReference(kind: subject.nodeKind, id: try #require(before.nodes[0].object))
            for _ in 1...2 { try await subject.driver.remove([victim], on: subject.host, subject.context) }
            #expect(try await subject.observed(work.id)?.nodes.map(\.name) == ["node2"])
            let repaired = try await subject.converge(work)
            #expect(repaired.nodes.map(\.state) == [.running, .running])
            #expect(repaired.nodes[1].object == before.nodes[1].object)
            try await subject.converge(work.absent)
        }
    }

    @Test(arguments: Kind.allCases)
    func progressGoesForward(_ kind: Kind) async throws {
        try await Subject.of(kind) { subject in
            let seen = Seen()
            let context = subject.context(progress: { progress in seen.note(progress) })
            let work = SampleChain.work()
            _ = try await subject.driver.converge(work, on: subject.host, context)
            #expect(!seen.all.isEmpty)
            #expect(seen.all.allSatisfy { (0...$0.total).contains($0.done) && !$0.step.isEmpty })
            try await subject.converge(work.absent)
        }
    }
}

import DockerSupport
import Drivers
import Model
import Testing

/// Who sees what: changes at once, and nothing of others.
@Suite("Every driver: sight", .serialized)
struct SightTests {
    @Test(arguments: Kind.allCases)
    func aChangeIsSignalled(_ kind: Kind) async throws {
        try await Subject.of(kind) { subject in
            let work = SampleChain.work(SampleChain.plan(nodes: 1))
            let chain = try await subject.converge(work)
            let signals = try await subject.driver.signals(subject.host, subject.context)
            let victim = ObjectReference(kind: subject.nodeKind, id: try #require(chain.nodes[0].object))
            try await subject.driver.remove([victim], on: subject.host, subject.context)
            var heard = false
            for try await _ in signals {
                heard = true
                break
            }
            #expect(heard)
            #expect(try await subject.observed(work.id)?.nodes.isEmpty == true)
            try await subject.converge(work.absent)
        }
    }

    @Test(arguments: Kind.allCases)
    func anotherInstallationsObjectsAreInvisibleAndUntouched(_ kind: Kind) async throws {
        try await Subject.of(kind) { subject in
            let work = SampleChain.work(SampleChain.plan(nodes: 1))
            let chain = try await subject.converge(work)
            let foreign = subject.foreignContext
            #expect(try await subject.driver.observe(subject.host, foreign).chains.isEmpty)
            let all = chain.objects + chain.nodes.compactMap { $0.object }.map { ObjectReference(kind: subject.nodeKind, id: $0) }
            try await subject.driver.remove(all, on: subject.host, foreign)
            _ = try await subject.driver.converge(work.absent, on: subject.host, foreign)
            #expect(
                try await subject.driver.vault(of: work.id, incarnation: 1, on: subject.host, foreign) == nil)
            let seen = try await subject.observed(work.id)
            #expect(seen?.nodes.map(\.state) == [.running] && seen?.nodes.map(\.object) == chain.nodes.map(\.object))
            try await subject.converge(work.absent)
        }
    }

    /// Two hosts of the ledger may be one and the same: neither sees the other's.
    @Test(arguments: Kind.allCases)
    func anotherHostOfTheSamePlaceIsNotTakenFor(_ kind: Kind) async throws {
        try await Subject.of(kind) { subject in
            let work = SampleChain.work(SampleChain.plan(nodes: 1))
            try await subject.converge(work)
            var twin = subject.host
            twin.id = .fresh()
            #expect(try await subject.driver.observe(twin, subject.context).chains.isEmpty)
            try await subject.converge(work.absent)
        }
    }

    @Test(arguments: Kind.allCases)
    func whatIsRemovedByItsIdsIsGone(_ kind: Kind) async throws {
        try await Subject.of(kind) { subject in
            let work = SampleChain.work(SampleChain.rich(nodes: 1))
            let chain = try await subject.converge(work)
            let nodes = chain.nodes.compactMap { $0.object }.map { ObjectReference(kind: subject.nodeKind, id: $0) }
            for _ in 1...2 {
                try await subject.driver.remove(nodes + chain.objects, on: subject.host, subject.context)
            }
            #expect(try await subject.driver.observe(subject.host, subject.context).chains.isEmpty)
        }
    }
}

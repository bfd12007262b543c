import DockerSupport
import Drivers
import Model
import Testing

/// Calls that are cut off, made again, or made at the same time by several agents.
@Suite("Every driver: interruption and overlap", .serialized)
struct OverlapTests {
    @Test(arguments: Kind.allCases)
    func twoAgentsAtOnceMakeOneChain(_ kind: Kind) async throws {
        try await Subject.of(kind) { subject in
            let work = SampleChain.work()
            async let first = subject.converge(work)
            async let second = subject.converge(work)
            let chains = try await [first, second]
            #expect(chains[0].nodes.map(\.object) == chains[1].nodes.map(\.object))
            #expect(chains.allSatisfy { $0.nodes.map(\.state) == [.running, .running] })

            let restart = work.changed { $0.restarts += 1 }
            async let third = subject.converge(restart)
            async let fourth = subject.converge(restart)
            let restarted = try await [third, fourth]
            #expect(restarted[0].nodes.map(\.object) == restarted[1].nodes.map(\.object))
            #expect(restarted[0].nodes.map(\.restarts) == [1, 1])

            async let fifth = subject.converge(restart.absent)
            async let sixth = subject.converge(restart.absent)
            #expect(try await [fifth, sixth].allSatisfy { $0.nodes.isEmpty && $0.objects.isEmpty })
        }
    }

    /// The first writer's vault is everybody's.
    @Test(arguments: Kind.allCases)
    func theFirstVaultWins(_ kind: Kind) async throws {
        try await Subject.of(kind) { subject in
            let work = SampleChain.work(SampleChain.plan(nodes: 1))
            #expect(try await subject.secret(of: work) == nil)
            async let first = subject.converge(work)
            async let second = subject.converge(work)
            async let third = subject.converge(work)
            _ = try await (first, second, third)
            let secret = try #require(try await subject.secret(of: work))
            try await subject.converge(work.changed { $0.restarts += 1 })
            #expect(try await subject.secret(of: work) == secret)
            try await subject.converge(work.changed { $0.restarts += 1 }.absent)
            #expect(try await subject.secret(of: work) == nil)
        }
    }

    /// Cut off after 1, 2, 3 … calls to the host: each point in the work is an end once.
    @Test(arguments: Kind.allCases)
    func workCutOffAnywhereIsFinishedByTheNext(_ kind: Kind) async throws {
        try await Subject.of(kind) { subject in
            var work = SampleChain.work(SampleChain.plan(nodes: 1))
            try await cutOff(work, subject)
            work = work.changed { $0.restarts += 1 }
            try await cutOff(work, subject)
            work = work.changed { $0.incarnation += 1 }
            try await cutOff(work, subject)
            try await cutOff(work.absent, subject)
        }
    }

    private func cutOff(_ work: ChainWork, _ subject: Subject) async throws {
        for calls in stride(from: 1, to: 20, by: 3) {
            try await Scissors(after: calls).cut(work, subject)
            // Whatever is there now, looking at it works.
            _ = try await subject.driver.observe(subject.host, subject.context)
        }
        let chain = try await subject.converge(work)
        #expect(chain.nodes.map(\.state) == (work.desired.power == .absent ? [] : [.running]))
        #expect(chain.nodes.allSatisfy { $0.incarnation == work.desired.incarnation })
    }
}

import DockerSupport
import Drivers
import Model
import Testing

/// Tasks: once in an incarnation, in their order, and what they give arrives.
@Suite("Every driver: tasks", .serialized)
struct OnceTests {
    private func giving(_ subject: Subject) -> PlannedTask {
        var task = subject.insight.task(
            "genesis", .before,
            says: ["-----BEGIN CONTINUO FILE a.block-----", "AQID/w==", "-----END CONTINUO FILE a.block-----"], exitCode: 0)
        task.gives = ["a.block"]
        return task
    }

    private func given(_ path: String) -> PlannedFile {
        PlannedFile(path: path, given: TaskFile(task: "genesis", file: "a.block"), mode: 0o444)
    }

    @Test(arguments: Kind.allCases)
    func eachTaskRunsOnceInAnIncarnation(_ kind: Kind) async throws {
        try await Subject.of(kind) { subject in
            var plan = SampleChain.plan(nodes: 1)
            var second = subject.insight.task("second", .before, says: [], exitCode: 0)
            second.needs = ["first"]
            plan.tasks = [
                second, subject.insight.task("first", .before, says: [], exitCode: 0),
                subject.insight.task("last", .after, says: [], exitCode: 0),
            ]
            let names = plan.tasks.map(\.name)
            var work = SampleChain.work(plan)
            func runs() async throws -> [[String]] {
                var runs: [[String]] = []
                for name in names { runs.append(try await subject.insight.runs(of: name, work)) }
                return runs
            }
            try await subject.converge(work)
            let first = try await runs()
            #expect(first.allSatisfy { $0.count == 1 })
            try await subject.converge(work)
            work = work.changed { $0.restarts += 1 }
            try await subject.converge(work)
            work = work.changed { $0.power = .stopped }
            try await subject.converge(work)
            work = work.changed { $0.power = .running }
            try await subject.converge(work)
            #expect(try await runs() == first)
            work = work.changed { $0.incarnation += 1 }
            try await subject.converge(work)
            let anew = try await runs()
            #expect(anew.allSatisfy { $0.count == 1 } && Set(first.joined()).isDisjoint(with: anew.joined()))
            try await subject.converge(work.absent)
            #expect(try await runs().allSatisfy(\.isEmpty))
        }
    }

    @Test(arguments: Kind.allCases)
    func whatATaskGivesReachesNodesAndTasks(_ kind: Kind) async throws {
        try await Subject.of(kind) { subject in
            var plan = SampleChain.plan(nodes: 1)
            var reader = subject.insight.task("reader", .before, says: [], exitCode: 0)
            reader.needs = ["genesis"]
            reader.files = [given("/etc/sample/genesis")]
            plan.tasks = [reader, giving(subject)]
            plan.nodes[0].files.append(given("/etc/sample/genesis"))
            let work = SampleChain.work(plan)
            let node = try await subject.converge(work).nodes[0]
            let file = try await subject.insight.file("/etc/sample/genesis", in: node, of: work)
            #expect(file.content == String(decoding: [1, 2, 3, 0xFF] as [UInt8], as: UTF8.self) && file.mode == 0o444)
            try await subject.converge(work.absent)
        }
    }

    @Test(arguments: Kind.allCases)
    func aTaskThatFailsSaysWhyAndIsTriedAgain(_ kind: Kind) async throws {
        try await Subject.of(kind) { subject in
            var plan = SampleChain.plan(nodes: 1)
            plan.tasks = [subject.insight.task("shaky", .before, says: ["trouble ahead"], exitCode: 3)]
            var work = SampleChain.work(plan)
            var tries: Set<String> = []
            for _ in 1...2 {
                let error = await #expect(throws: WorkError.self) { try await subject.converge(work) }
                #expect(error?.code == .taskFailed && error?.disposition == .transient)
                #expect(error?.message.contains("shaky") == true && error?.log?.contains("trouble ahead") == true)
                tries.formUnion(try await subject.insight.runs(of: "shaky", work))
                #expect(try await subject.observed(work.id)?.nodes.isEmpty != false)
            }
            #expect(tries.count == 2)
            work.plan.tasks = [subject.insight.task("shaky", .before, says: [], exitCode: 0)]
            #expect(try await subject.converge(work).nodes.map(\.state) == [.running])
            try await subject.converge(work.absent)
        }
    }

    @Test(arguments: Kind.allCases)
    func aTaskThatTakesTooLongIsEnded(_ kind: Kind) async throws {
        try await Subject.of(kind) { subject in
            var plan = SampleChain.plan(nodes: 1)
            plan.tasks = [subject.insight.endlessTask("endless", .after)]
            plan.tasks[0].timeout = 1
            let work = SampleChain.work(plan)
            let error = await #expect(throws: WorkError.self) { try await subject.converge(work) }
            #expect(error?.code == .taskFailed && error?.message.contains("longer") == true, "\(error?.message ?? "")")
            #expect(try await subject.observed(work.id)?.nodes.map(\.state) == [.running])
            try await subject.converge(work.absent)
        }
    }

    @Test(arguments: Kind.allCases)
    func twoAgentsAtOnceRunATaskOnce(_ kind: Kind) async throws {
        try await Subject.of(kind) { subject in
            var plan = SampleChain.plan(nodes: 1)
            plan.tasks = [giving(subject), subject.insight.task("last", .after, says: [], exitCode: 0)]
            plan.nodes[0].files.append(given("/etc/sample/genesis"))
            let work = SampleChain.work(plan)
            async let first = subject.converge(work)
            async let second = subject.converge(work)
            let chains = try await [first, second]
            #expect(chains[0].nodes.map(\.object) == chains[1].nodes.map(\.object))
            for task in ["genesis", "last"] { #expect(try await subject.insight.runs(of: task, work).count == 1) }
            try await subject.converge(work.absent)
        }
    }
}

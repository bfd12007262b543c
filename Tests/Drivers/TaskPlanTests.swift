import Drivers
import Model
import Testing

@Suite("Which tasks are due")
struct TaskPlanTests {
    let installation = InstallationID.fresh()
    let host = HostID.fresh()

    func task(_ name: String, _ stage: PlannedTask.Stage = .before, needs: [String] = []) -> PlannedTask {
        PlannedTask(name: name, image: "image:1", stage: stage, needs: needs)
    }

    func work(_ tasks: [PlannedTask], power: Power = .running) -> ChainWork {
        ChainWork(
            id: .fresh(),
            plan: Plan(
                blueprint: BlueprintReference(name: "test", version: 1), nodes: [PlannedNode(name: "one", image: "image:1")],
                tasks: tasks),
            desired: Desired(power: power, generation: 3, incarnation: 2), subnet: "10.201.0.0/28", ports: [], sequence: 7)
    }

    func found(
        _ task: PlannedTask, _ state: FoundTask.State, of work: ChainWork, object: String? = nil
    ) -> FoundTask {
        FoundTask(
            object: object ?? task.name, state: state, labels: ObjectLabels(work, on: host, of: installation, task: task))
    }

    @Test("labels read back as they were written")
    func labels() {
        let work = work([task("a")])
        let labels = ObjectLabels(work, on: host, of: installation, task: work.plan.tasks[0])
        #expect(ObjectLabels(labels.dictionary) == labels)
        #expect(labels.dictionary["continuo.task"] == "a" && labels.dictionary["continuo.node"] == nil)
    }

    @Test("what needs nothing that is not done is due, together")
    func due() {
        let tasks = [task("a"), task("b"), task("c", needs: ["a", "b"]), task("z", .after)]
        let work = work(tasks)
        var plan = TaskPlan(for: work, found: [])
        #expect(plan.due(.before).map(\.task.name) == ["a", "b"] && !plan.isDone(.before))
        plan = TaskPlan(for: work, found: [found(tasks[0], .done, of: work), found(tasks[1], .running, of: work)])
        #expect(plan.due(.before) == [TaskPlan.Step(task: tasks[1], step: .wait("b"))])
        plan = TaskPlan(for: work, found: tasks[0...2].map { found($0, .done, of: work) })
        #expect(plan.isDone(.before) && plan.due(.before).isEmpty)
        #expect(plan.due(.after).map(\.step) == [.run] && !plan.isDone(.after))
        #expect(plan.record(of: "a") == "a" && plan.record(of: "z") == nil)
    }

    @Test(
        "a record says what is to be done",
        arguments: [
            (FoundTask.State.created, TaskStep.start("a")), (.running, .wait("a")), (.done, .keep("a")), (.failed, .again("a")),
        ])
    func records(_ state: FoundTask.State, _ step: TaskStep) {
        let work = work([task("a")])
        let plan = TaskPlan(for: work, found: [found(work.plan.tasks[0], state, of: work)])
        #expect(plan.steps.map(\.step) == [step] && plan.stale.isEmpty)
    }

    @Test("what was made from something else runs again")
    func changed() {
        let work = work([task("a")])
        var other = work.plan.tasks[0]
        other.command = ["other"]
        #expect(TaskPlan(for: work, found: [found(other, .done, of: work)]).steps.map(\.step) == [.again("a")])
    }

    @Test("a task that refers to an endpoint depends on the ports")
    func endpoints() {
        var task = task("a")
        let port = PortAssignment(node: "one", name: "rpc", port: 20_000)
        #expect(NodeConfiguration.digest(of: task, ports: []) == NodeConfiguration.digest(of: task, ports: [port]))
        task.command = ["${endpoint.one.rpc.port}"]
        #expect(NodeConfiguration.digest(of: task, ports: []) != NodeConfiguration.digest(of: task, ports: [port]))
    }

    @Test("of another incarnation, of no planned task, or twice: it can go")
    func stale() {
        let work = work([task("a")])
        var older = work
        older.desired.incarnation = 1
        let a = work.plan.tasks[0]
        let plan = TaskPlan(
            for: work,
            found: [
                found(a, .done, of: older, object: "old"), found(a, .done, of: work, object: "good"),
                found(a, .failed, of: work, object: "twin"), found(task("gone"), .done, of: work),
            ])
        #expect(plan.steps.map(\.step) == [.keep("good")])
        #expect(plan.stale == ["gone", "old", "twin"])
    }

    @Test("tasks for running nodes wait until all are meant to run; a chain that stops ends them")
    func stopped() throws {
        let tasks = [task("a"), task("z", .after)]
        let stopped = work(tasks, power: .stopped)
        let plan = TaskPlan(for: stopped, found: [found(tasks[1], .running, of: stopped)])
        #expect(plan.steps.map(\.task.name) == ["a"] && plan.stale == ["z"] && plan.isDone(.after))

        var partly = work(tasks)
        partly.desired.nodes["one"] = DesiredNode(power: .stopped)
        #expect(TaskPlan(for: partly, found: []).due(.after).isEmpty)
        #expect(TaskPlan(for: partly, found: [found(tasks[1], .done, of: partly)]).stale.isEmpty)
    }

    @Test("an absent chain has none")
    func absent() throws {
        let tasks = [task("a")]
        let gone = work(tasks, power: .absent)
        let plan = try ConvergePlan(for: gone, containers: [], others: [], tasks: [found(tasks[0], .done, of: gone)])
        #expect(plan.removals == [ObjectReference(kind: .container, id: "a")] && plan.tasks.steps.isEmpty)
    }

    @Test("a plan with a task before is not empty until it is done")
    func wholePlan() throws {
        let work = work([task("a"), task("z", .after)])
        let node = FoundNode(
            object: "one", state: .running, labels: ObjectLabels(work, on: host, of: installation, node: work.plan.nodes[0]))
        #expect(try !ConvergePlan(for: work, containers: [node], others: []).isEmpty)
        let done = found(work.plan.tasks[0], .done, of: work)
        #expect(try ConvergePlan(for: work, containers: [node], others: [], tasks: [done]).isEmpty)
    }
}

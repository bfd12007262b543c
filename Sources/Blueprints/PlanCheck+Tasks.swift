import Model

extension PlanCheck {
    func checkTasks() {
        for (number, task) in plan.tasks.numbered() {
            for (place, need) in task.needs.numbered() { check(need, of: task, at: ["tasks", number, "needs", place]) }
            for (place, file) in task.files.numbered() {
                check(file, at: ["tasks", number, "files", place]) { giver in
                    if giver.stage == .before && task.stage == .after || needed(by: task).contains(giver.name) { return nil }
                    return giver.stage == task.stage
                        ? "is given by a task that \(task.name) does not need: say so in its needs"
                        : "is given by a task that runs after the nodes are healthy"
                }
            }
        }
        for (number, node) in plan.nodes.numbered() {
            for (place, file) in node.files.numbered() {
                check(file, at: ["nodes", number, "files", place]) { giver in
                    giver.stage == .before ? nil : "is given by a task that runs after the nodes are healthy"
                }
            }
        }
        refuseCircle()
    }

    private func check(_ need: String, of task: PlannedTask, at path: Path) {
        guard !need.isEmpty, let needed = plan.tasks.first(where: { $0.name == need }) else {
            if !need.isEmpty, !hasMistakenName { note(path, need, "is no task of the plan") }
            return
        }
        if needed.stage != task.stage {
            note(path, need, "is a task of another stage; those before come before those after anyway")
        }
    }

    private func check(_ file: PlannedFile, at path: Path, _ broken: (PlannedTask) -> String?) {
        guard let given = file.given, !given.task.isEmpty, !given.file.isEmpty else { return }
        guard let giver = plan.tasks.first(where: { $0.name == given.task }) else {
            if !hasMistakenName { note(path + ["given", "task"], given.task, "is no task of the plan") }
            return
        }
        guard giver.gives.contains(given.file) || giver.gives.contains("") else {
            return note(path + ["given", "file"], given.file, "is no file that the task \(given.task) gives")
        }
        if let rule = broken(giver) { note(path + ["given"], given.file, rule) }
    }

    private var hasMistakenName: Bool { plan.tasks.contains { $0.name.isEmpty } }

    /// What must be done before `task`, itself not counted but in a circle.
    private func needed(by task: PlannedTask) -> Set<String> {
        var found: Set<String> = []
        var open = task.needs
        while let name = open.popLast() {
            guard found.insert(name).inserted, let next = plan.tasks.first(where: { $0.name == name }) else { continue }
            open += next.needs
        }
        return found
    }

    private func refuseCircle() {
        let inCircle = plan.tasks.numbered().filter { needed(by: $1).contains($1.name) && !$1.name.isEmpty }
        guard let (number, _) = inCircle.first else { return }
        let names = inCircle.map(\.1.name).joined(separator: ", ")
        note(["tasks", number, "needs"], names, "tasks must not need each other in a circle")
    }
}

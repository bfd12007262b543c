import Model

extension PlanCheck {
    func checkLimits() {
        if plan.nodes.isEmpty { note(["nodes"], "must be 1 to \(PlanLimit.nodes) nodes") }
        limit(plan.nodes, PlanLimit.nodes, ["nodes"], "nodes")
        limit(plan.tasks, PlanLimit.tasks, ["tasks"], "tasks")
        limit(plan.secrets, PlanLimit.secrets, ["secrets"], "secrets")
        limit(plan.authorities, PlanLimit.authorities, ["authorities"], "authorities")
        limit(plan.certificates, PlanLimit.certificates, ["certificates"], "certificates")
        limit(plan.connection, PlanLimit.connectionFiles, ["connection"], "files")
        let addresses = plan.nodes.count + plan.tasks.count
        if addresses > PlanLimit.addresses, plan.nodes.count <= PlanLimit.nodes, plan.tasks.count <= PlanLimit.tasks {
            note(["nodes"], String(addresses), "nodes and tasks must together be at most \(PlanLimit.addresses)")
        }
        for (number, node) in plan.nodes.numbered() { checkLimits(of: node, at: ["nodes", number]) }
        for (number, task) in plan.tasks.numbered() { checkLimits(of: task, at: ["tasks", number]) }
        for (number, certificate) in plan.certificates.numbered() {
            limit(certificate.names, PlanLimit.namesOfCertificate, ["certificates", number, "names"], "names")
            limit(certificate.subject.units, PlanLimit.namesOfCertificate, ["certificates", number, "subject", "units"], "units")
        }
        for (number, file) in plan.connection.numbered() { limit(file.content, ["connection", number]) }
        if bytes > PlanLimit.planBytes { note([], "its texts must together have at most \(PlanLimit.planBytes) bytes") }
    }

    private func checkLimits(of node: PlannedNode, at path: Path) {
        limit(node.names, PlanLimit.hostNames, path + ["names"], "names")
        limit(node.ports, PlanLimit.ports, path + ["ports"], "ports")
        limit(node.volumes, PlanLimit.volumes, path + ["volumes"], "volumes")
        checkTexts(node.command, node.environment, node.files, at: path)
    }

    private func checkLimits(of task: PlannedTask, at path: Path) {
        limit(task.gives, PlanLimit.gives, path + ["gives"], "files")
        checkTexts(task.command, task.environment, task.files, at: path)
    }

    private func checkTexts(_ command: [String], _ environment: [String: String], _ files: [PlannedFile], at path: Path) {
        limit(command, PlanLimit.arguments, path + ["command"], "arguments")
        limit(environment, PlanLimit.variables, path + ["environment"], "variables")
        limit(files, PlanLimit.files, path + ["files"], "files")
        for (number, argument) in command.numbered() { limit(argument, path + ["command", number]) }
        for (name, value) in environment {
            if !Pattern.variable.matches(name) { note(path + ["environment", .member(name)], name, Pattern.variable.rule) }
            limit(value, path + ["environment", .member(name)])
        }
        for (number, file) in files.numbered() { limit(file.content, path + ["files", number]) }
    }

    private func limit(_ things: some Collection, _ limit: Int, _ path: Path, _ what: String) {
        if things.count > limit { note(path, String(things.count), "must be at most \(limit) \(what)") }
    }

    private func limit(_ text: String, _ path: Path) {
        if text.utf8.count > PlanLimit.textBytes { note(path, "must have at most 64 KiB") }
    }

    private var bytes: Int {
        let nodes = plan.nodes.map { $0.command + Array($0.environment.values) + $0.files.map(\.content) }
        let tasks = plan.tasks.map { $0.command + Array($0.environment.values) + $0.files.map(\.content) }
        return (nodes + tasks + [plan.connection.map(\.content)]).joined().reduce(0) { $0 + $1.utf8.count }
    }
}

import Model

extension PlanCheck {
    func checkNames() {
        refuseDuplicates(named("secrets", plan.secrets.map(\.name)), "a secret's name")
        refuseDuplicates(named("authorities", plan.authorities.map(\.name)), "an authority's name")
        refuseDuplicates(named("certificates", plan.certificates.map(\.name)), "a certificate's name")
        refuseDuplicates(named("connection", plan.connection.map(\.name)), "a file's name")
        let further = plan.nodes.numbered().flatMap { number, node in
            node.names.numbered().map { (name: $1, path: ["nodes", number, "names", $0] as Path) }
        }
        refuseDuplicates(
            named("nodes", plan.nodes.map(\.name)) + named("tasks", plan.tasks.map(\.name)) + further,
            "a name of a node or task")
        for (number, node) in plan.nodes.numbered() { checkNames(of: node, at: ["nodes", number]) }
        for (number, task) in plan.tasks.numbered() {
            let path: Path = ["tasks", number]
            checkPaths(task.files, at: path)
            refuseDuplicates(task.gives.numbered().map { (name: $1, path: path + ["gives", $0]) }, "a file's name")
        }
    }

    private func checkNames(of node: PlannedNode, at path: Path) {
        refuseDuplicates(node.ports.numbered().map { ($1.name, path + ["ports", $0, "name"]) }, "a port's name")
        refuseDuplicates(
            node.ports.numbered().map { (String($1.container), path + ["ports", $0, "container"]) }, "a container port")
        refuseDuplicates(node.volumes.numbered().map { ($1.name, path + ["volumes", $0, "name"]) }, "a volume's name")
        refuseDuplicates(node.volumes.numbered().map { ($1.path, path + ["volumes", $0, "path"]) }, "a volume's path")
        checkPaths(node.files, at: path)
        checkProbe(node, at: path)
    }

    private func checkProbe(_ node: PlannedNode, at path: Path) {
        let (port, place): (Int, Path)
        switch node.probe?.check {
        case .tcp(let probed): (port, place) = (probed, path + ["probe", "tcp"])
        case .http(let http): (port, place) = (http.port, path + ["probe", "http", "port"])
        case .exec, nil: return
        }
        if !node.ports.contains(where: { $0.container == port }) {
            note(place, String(port), "is no container port of the node; declare it (published: false keeps it inside)")
        }
    }

    /// No two files at one path, and none where another needs a folder.
    private func checkPaths(_ files: [PlannedFile], at path: Path) {
        refuseDuplicates(files.numbered().map { ($1.path, path + ["files", $0, "path"]) }, "a file's path")
        let paths = Set(files.map(\.path))
        for (number, file) in files.numbered() {
            let parts = file.path.split(separator: "/")
            for length in 1..<max(parts.count, 1) where paths.contains("/" + parts.prefix(length).joined(separator: "/")) {
                note(path + ["files", number, "path"], file.path, "lies below another file")
            }
        }
    }

    private func named(_ list: String, _ names: [String]) -> [(name: String, path: Path)] {
        names.numbered().map { (name: $1, path: [.member(list), $0, "name"]) }
    }
}

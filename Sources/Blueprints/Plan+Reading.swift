import Model

extension PlannedSecret {
    init(_ branch: Branch) throws(BlueprintError) {
        try branch.allow(["name", "length"])
        self.init(name: try branch["name"].text(matching: .word), length: try branch["length"].integer(in: 16...128))
    }
}

extension PlannedNode {
    init(_ branch: Branch) throws(BlueprintError) {
        try branch.allow([
            "count", "name", "image", "command", "environment", "user", "ports", "volumes", "files", "probe", "resources",
        ])
        self.init(
            name: try branch["name"].text(matching: .name), image: try branch["image"].text(),
            command: try branch["command"].items().map { (item) throws(BlueprintError) in try item.scalarText() },
            environment: try branch["environment"].texts(),
            user: branch["user"].value == nil ? nil : try branch["user"].scalarText(),
            ports: try branch["ports"].items().map { (item) throws(BlueprintError) in try PlannedPort(item) },
            volumes: try branch["volumes"].items().map { (item) throws(BlueprintError) in try PlannedVolume(item) },
            files: try branch["files"].items().map { (item) throws(BlueprintError) in try PlannedFile(item) },
            probe: branch["probe"].value == nil ? nil : try PlannedProbe(branch["probe"]),
            resources: branch["resources"].value == nil ? PlannedResources() : try PlannedResources(branch["resources"]))
    }
}

extension PlannedPort {
    init(_ branch: Branch) throws(BlueprintError) {
        try branch.allow(["name", "container", "scheme"])
        self.init(
            name: try branch["name"].text(matching: .name), container: try branch["container"].integer(in: 1...65_535),
            scheme: try branch["scheme"].text(matching: .name))
    }
}

extension PlannedVolume {
    init(_ branch: Branch) throws(BlueprintError) {
        try branch.allow(["name", "path"])
        self.init(name: try branch["name"].text(matching: .name), path: try branch["path"].absolutePath())
    }
}

extension PlannedFile {
    init(_ branch: Branch) throws(BlueprintError) {
        try branch.allow(["path", "mode", "owner", "group", "content", "lines"])
        self.init(
            path: try branch["path"].absolutePath(), content: try branch.fileContent(), mode: try branch["mode"].permissions(),
            owner: try branch["owner"].integer(in: 0...65_535, default: 0),
            group: try branch["group"].integer(in: 0...65_535, default: 0))
    }
}

extension PlannedProbe {
    init(_ branch: Branch) throws(BlueprintError) {
        try branch.allow(["command", "interval", "timeout", "grace"])
        let command = try branch["command"].items().map { (item) throws(BlueprintError) in try item.scalarText() }
        guard !command.isEmpty else { throw branch["command"].refused("must be a command") }
        self.init(
            command: command, interval: try branch["interval"].integer(in: 1...3600),
            timeout: try branch["timeout"].integer(in: 1...60), grace: try branch["grace"].integer(in: 0...3600))
    }
}

extension PlannedResources {
    init(_ branch: Branch) throws(BlueprintError) {
        try branch.allow(["cpus", "memoryBytes"])
        self.init(
            cpus: try branch["cpus"].optionalNumber(above: 0),
            memoryBytes: try branch["memoryBytes"].optionalInteger(in: 6_291_456...Int.max))
    }
}

import Model

extension PlannedSecret {
    init(_ branch: Branch) {
        branch.allow(["name", "length"])
        self.init(name: branch["name"].text(matching: .word), length: branch["length"].integer(in: 16...128))
    }
}

extension PlannedSubject {
    init(_ branch: Branch) {
        branch.allow(["commonName", "organization", "units", "country", "province", "locality"])
        self.init(
            commonName: branch["commonName"].plainText(atMost: 64),
            organization: branch["organization"].optional { $0.plainText(atMost: 64) },
            units: branch["units"].items().map { $0.plainText(atMost: 64) },
            country: branch["country"].optional { $0.text(matching: .country) },
            province: branch["province"].optional { $0.plainText(atMost: 128) },
            locality: branch["locality"].optional { $0.plainText(atMost: 128) })
    }
}

extension PlannedAuthority {
    init(_ branch: Branch) {
        branch.allow(["name", "subject", "days"])
        self.init(
            name: branch["name"].text(matching: .name), subject: PlannedSubject(branch["subject"]),
            days: branch["days"].integer(in: 1...36_500))
    }
}

extension PlannedCertificate {
    init(_ branch: Branch) {
        branch.allow(["name", "authority", "subject", "names", "purposes", "days"])
        self.init(
            name: branch["name"].text(matching: .name), authority: branch["authority"].text(matching: .name),
            subject: PlannedSubject(branch["subject"]),
            names: branch["names"].items().map { $0.text(matching: .alternativeName) },
            purposes: branch["purposes"].items().map { $0.word(Purpose.self, else: .server) },
            days: branch["days"].integer(in: 1...36_500))
    }
}

extension PlannedNode {
    init(_ branch: Branch) {
        branch.allow([
            "count", "name", "names", "image", "command", "environment", "user", "ports", "volumes", "files", "probe",
            "resources",
        ])
        self.init(
            name: branch["name"].text(matching: .name), names: branch["names"].items().map { $0.text(matching: .hostName) },
            image: branch["image"].text(matching: .image), command: branch["command"].items().map { $0.scalarText() },
            environment: branch["environment"].texts(), user: branch["user"].optional { $0.text(matching: .user) },
            ports: branch["ports"].items().map(PlannedPort.init), volumes: branch["volumes"].items().map(PlannedVolume.init),
            files: branch["files"].items().map(PlannedFile.init), probe: branch["probe"].optional(PlannedProbe.init),
            resources: branch["resources"].optional(PlannedResources.init) ?? PlannedResources())
    }
}

extension PlannedPort {
    init(_ branch: Branch) {
        branch.allow(["name", "container", "scheme", "published"])
        self.init(
            name: branch["name"].text(matching: .name), container: branch["container"].integer(in: 1...65_535),
            scheme: branch["scheme"].text(matching: .name), published: branch["published"].flag(default: true))
    }
}

extension PlannedVolume {
    init(_ branch: Branch) {
        branch.allow(["name", "path", "sizeBytes"])
        self.init(
            name: branch["name"].text(matching: .name), path: branch["path"].absolutePath(),
            sizeBytes: branch["sizeBytes"].optionalInteger(in: 1_048_576...17_592_186_044_416))
    }
}

extension PlannedFile {
    init(_ branch: Branch) {
        branch.allow(["path", "mode", "owner", "group", "content", "lines", "json", "given"])
        self.init(
            path: branch["path"].absolutePath(),
            content: branch.fileContent(orElse: ["given"]) ?? "", given: branch["given"].optional(TaskFile.init),
            mode: branch["mode"].permissions(), owner: branch["owner"].integer(in: 0...65_535, default: 0),
            group: branch["group"].integer(in: 0...65_535, default: 0))
    }
}

extension TaskFile {
    init(_ branch: Branch) {
        branch.allow(["task", "file"])
        self.init(task: branch["task"].text(matching: .name), file: branch["file"].text(matching: .fileName))
    }
}

extension PlannedProbe {
    init(_ branch: Branch) {
        branch.allow(["command", "tcp", "http", "interval", "timeout", "grace"])
        let ways = ["command", "tcp", "http"].filter { branch[$0].exists }
        if ways.count != 1 { branch.refuse("must have one of command, tcp and http") }
        self.init(
            Self.check(branch), interval: branch["interval"].integer(in: 1...3600),
            timeout: branch["timeout"].integer(in: 1...60),
            grace: branch["grace"].integer(in: 0...3600))
    }

    private static func check(_ branch: Branch) -> Check {
        if branch["tcp"].exists { return .tcp(port: branch["tcp"].integer(in: 1...65_535)) }
        if branch["http"].exists { return .http(HTTPProbe(branch["http"])) }
        let command = branch["command"].items().map { $0.scalarText() }
        if command.isEmpty, branch["command"].exists { branch["command"].refuse("must be a command") }
        return .exec(command)
    }
}

extension HTTPProbe {
    init(_ branch: Branch) {
        branch.allow(["port", "path"])
        let path = branch["path"].plainText()
        if !path.isEmpty, !path.hasPrefix("/") || path.contains(" ") { branch["path"].refuse("must be a path without spaces") }
        self.init(port: branch["port"].integer(in: 1...65_535), path: path)
    }
}

extension PlannedResources {
    init(_ branch: Branch) {
        branch.allow(["cpus", "memoryBytes"])
        self.init(
            cpus: branch["cpus"].optionalNumber(above: 0, atMost: 1024),
            memoryBytes: branch["memoryBytes"].optionalInteger(in: 6_291_456...17_592_186_044_416))
    }
}

extension PlannedTask {
    init(_ branch: Branch) {
        branch.allow([
            "name", "image", "command", "environment", "user", "files", "stage", "needs", "gives", "timeout", "resources",
        ])
        self.init(
            name: branch["name"].text(matching: .name), image: branch["image"].text(matching: .image),
            command: branch["command"].items().map { $0.scalarText() }, environment: branch["environment"].texts(),
            user: branch["user"].optional { $0.text(matching: .user) }, files: branch["files"].items().map(PlannedFile.init),
            stage: branch["stage"].word(Stage.self, else: .before),
            needs: branch["needs"].items().map { $0.text(matching: .name) },
            gives: branch["gives"].items().map { $0.text(matching: .fileName) },
            timeout: branch["timeout"].integer(in: 1...900, default: 120),
            resources: branch["resources"].optional(PlannedResources.init) ?? PlannedResources())
    }
}

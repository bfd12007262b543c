import Model

extension PlanCheck {
    /// Where a text stands decides what it may refer to (see `Plan`).
    private enum Place {
        case file, connection, visible
    }

    func checkReferences() {
        for (number, node) in plan.nodes.numbered() {
            check(node.command, node.environment, node.files, at: ["nodes", number])
            for (place, argument) in (node.probe?.command ?? []).numbered() {
                for reference in references(in: argument) {
                    note(["nodes", number, "probe", "command", place], "${\(reference)}", "probes refer to nothing")
                }
            }
        }
        for (number, task) in plan.tasks.numbered() {
            check(task.command, task.environment, task.files, at: ["tasks", number])
        }
        for (number, file) in plan.connection.numbered() { check(file.content, .connection, at: ["connection", number]) }
    }

    private func check(_ command: [String], _ environment: [String: String], _ files: [PlannedFile], at path: Path) {
        for (number, argument) in command.numbered() { check(argument, .visible, at: path + ["command", number]) }
        for (name, value) in environment.sorted(by: { $0.key < $1.key }) {
            check(value, .visible, at: path + ["environment", .member(name)])
        }
        for (number, file) in files.numbered() {
            let place = path + ["files", number]
            check(file.content, .file, at: place)
            guard isThere(place + ["json"]) else { continue }
            for reference in references(in: file.content) where Credential(reference) != nil {
                note(place, holding: "${\(reference)}", "has several lines, which JSON does not allow; give it a file of its own")
            }
        }
    }

    private func check(_ text: String, _ place: Place, at path: Path) {
        for reference in references(in: text) {
            if let rule = broken(reference, place) { note(path, holding: "${\(reference)}", rule) }
        }
    }

    private func broken(_ reference: String, _ place: Place) -> String? {
        let parts = reference.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        switch parts[0] {
        case "host": return parts == ["host", "address"] ? nil : "is unknown; of the host there is ${host.address} alone"
        case "endpoint": return brokenEndpoint(parts)
        default:
            if place == .visible {
                return "may stand in files alone: commands and environments can be seen from outside"
            }
            return parts[0] == "secret" ? brokenSecret(parts) : brokenCredential(reference)
        }
    }

    private func brokenSecret(_ parts: [String]) -> String? {
        let names = plan.secrets.map(\.name)
        return parts.count == 2 && (names.contains(parts[1]) || names.contains("")) ? nil : "refers to no secret of the plan"
    }

    private func brokenCredential(_ reference: String) -> String? {
        guard let credential = Credential(reference) else {
            return "must be ${identity.NAME.certificate}, ${identity.NAME.key} or ${authority.NAME.certificate}"
        }
        let names = credential.isAuthority ? plan.authorities.map(\.name) : plan.certificates.map(\.name)
        if names.contains(credential.name) || names.contains("") { return nil }
        return "refers to no \(credential.isAuthority ? "authority" : "certificate") of the plan"
    }

    private func brokenEndpoint(_ parts: [String]) -> String? {
        guard parts.count == 4, ["host", "port", "url"].contains(parts[3]) else {
            return "must be ${endpoint.NODE.PORT.host}, …port} or …url}"
        }
        guard !plan.nodes.contains(where: { $0.name.isEmpty }) else { return nil }
        let ports = plan.nodes.first { $0.name == parts[1] }?.ports ?? []
        guard let port = ports.first(where: { $0.name == parts[2] }) else { return "refers to no endpoint of the plan" }
        return port.published ? nil : "refers to a port that is not published"
    }

    /// The references of ours in a text; other `${…}` belong to somebody else, a shell for instance.
    private func references(in text: String) -> [String] {
        text.split(separator: "${", omittingEmptySubsequences: false).dropFirst().compactMap { rest in
            guard let end = rest.firstIndex(of: "}") else { return nil }
            let kinds = ["secret.", "identity.", "authority.", "host.", "endpoint."]
            return kinds.contains(where: rest.hasPrefix) ? String(rest[..<end]) : nil
        }
    }

    /// What `identity.NAME.key` and its like name.
    private struct Credential {
        let isAuthority: Bool
        let name: String

        init?(_ reference: String) {
            let parts = reference.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 3, ["identity", "authority"].contains(parts[0]) else { return nil }
            guard parts[2] == "certificate" || parts[2] == "key" && parts[0] == "identity" else { return nil }
            isAuthority = parts[0] == "authority"
            name = parts[1]
        }
    }
}

import Model

extension Plan {
    /// What no single value shows: that names are unique, and that every reference leads somewhere.
    func check() throws(BlueprintError) {
        guard !nodes.isEmpty, nodes.count <= 64 else { throw BlueprintError("nodes", rule: "must be 1 to 64 nodes") }
        try secrets.map(\.name).refuseDuplicates(at: "secrets", what: "a secret's name")
        try connection.map(\.name).refuseDuplicates(at: "connection", what: "a file's name")
        for (index, node) in nodes.enumerated() { try check(node, at: "nodes[\(index)]") }
        for (index, file) in connection.enumerated() { try check(file, at: "connection[\(index)]") }
    }

    private func check(_ node: PlannedNode, at path: String) throws(BlueprintError) {
        try node.ports.map(\.name).refuseDuplicates(at: path + ".ports", what: "a port's name")
        try node.ports.map { String($0.container) }.refuseDuplicates(at: path + ".ports", what: "a container port")
        try node.volumes.map(\.name).refuseDuplicates(at: path + ".volumes", what: "a volume's name")
        try node.volumes.map(\.path).refuseDuplicates(at: path + ".volumes", what: "a volume's path")
        try node.files.map(\.path).refuseDuplicates(at: path + ".files", what: "a file's path")
        for text in node.command + node.environment.values + (node.probe?.command ?? []) where !references(in: text).isEmpty {
            throw BlueprintError(path, text, rule: "secrets may stand in files alone: commands and environments can be seen")
        }
        for file in node.files {
            try check(file.content, at: path + ".files(\(file.path))", endpoints: false)
        }
    }

    private func check(_ file: ConnectionFile, at path: String) throws(BlueprintError) {
        try check(file.content, at: path + ".content", endpoints: true)
    }

    private func check(_ text: String, at path: String, endpoints: Bool) throws(BlueprintError) {
        guard text.utf8.count <= 65_536 else { throw BlueprintError(path, rule: "must have at most 64 KiB") }
        for reference in references(in: text) {
            let parts = reference.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
            guard leadsToSecret(parts) || (endpoints && leadsToEndpoint(parts)) else {
                throw BlueprintError(
                    path, "${\(reference)}", rule: "refers to no secret\(endpoints ? " or endpoint" : "") of the plan")
            }
        }
    }

    private func leadsToSecret(_ parts: [String]) -> Bool {
        parts.count == 2 && parts[0] == "secret" && secrets.contains { $0.name == parts[1] }
    }

    private func leadsToEndpoint(_ parts: [String]) -> Bool {
        guard parts.count == 4, parts[0] == "endpoint", ["host", "port", "url"].contains(parts[3]) else { return false }
        return nodes.contains { $0.name == parts[1] && $0.ports.contains { $0.name == parts[2] } }
    }

    /// The `secret.` and `endpoint.` references in a text; other `${…}` belong to somebody else, a shell for instance.
    private func references(in text: String) -> [String] {
        text.split(separator: "${", omittingEmptySubsequences: false).dropFirst().compactMap { rest in
            guard let end = rest.firstIndex(of: "}") else { return nil }
            return rest.hasPrefix("secret.") || rest.hasPrefix("endpoint.") ? String(rest[..<end]) : nil
        }
    }
}

public import Model

extension Blueprint {
    /// The plan of one chain.
    ///
    /// - Parameter parameters: an object; what it lacks has its default, and an unknown name is refused.
    public func render(parameters: JSONValue) throws(BlueprintError) -> Plan {
        let values = Scope(words: try complete(parameters))
        let nodes = try plannedNodes(in: values)
        var scope = values
        scope.words["all"] = .array(nodes.map(\.words))
        let plan = Plan(
            blueprint: reference,
            secrets: try list(template.secrets, "secrets", in: scope) { (branch) throws(BlueprintError) in
                try PlannedSecret(branch)
            },
            nodes: try nodes.map { (node) throws(BlueprintError) in try node.planned(among: nodes, in: scope) },
            connection: try list(template.connection, "connection", in: scope) { (branch) throws(BlueprintError) in
                try ConnectionFile(branch)
            })
        try plan.check()
        return plan
    }

    private func list<Element>(
        _ value: JSONValue, _ path: String, in scope: Scope, _ read: (Branch) throws(BlueprintError) -> Element
    ) throws(BlueprintError) -> [Element] {
        try Branch(value, at: path).expanded(in: scope).items().map(read)
    }

    /// Every entry of `nodes`, as often as its `count` says, with its name; the rest of it waits until all names are known.
    private func plannedNodes(in scope: Scope) throws(BlueprintError) -> [NodeTemplate] {
        var nodes: [NodeTemplate] = []
        for (group, entry) in try Branch(template.nodes, at: "nodes").items().enumerated() {
            let count = try entry["count"].expanded(in: scope).integer(in: 0...64, default: 1)
            for index in 0..<count {
                let place = scope.with("index", .integer(index + 1)).with("group", .integer(group + 1))
                let name = try entry["name"].expanded(in: place).text(matching: .name)
                nodes.append(NodeTemplate(name: name, index: index + 1, group: group + 1, entry: entry))
            }
        }
        try nodes.map(\.name).refuseDuplicates(at: "nodes", what: "a node's name")
        return nodes
    }
}

/// A node whose name is known and whose entry is not rendered yet.
struct NodeTemplate {
    let name: String
    let index: Int
    let group: Int
    let entry: Branch

    var words: JSONValue {
        .object(["name": .string(name), "index": .integer(index), "group": .integer(group)])
    }

    func planned(among nodes: [NodeTemplate], in scope: Scope) throws(BlueprintError) -> PlannedNode {
        var scope = scope
        scope.words["others"] = .array(nodes.filter { $0.name != name }.map(\.words))
        scope.words["name"] = .string(name)
        scope.words["index"] = .integer(index)
        scope.words["group"] = .integer(group)
        return try PlannedNode(entry.expanded(in: scope))
    }
}

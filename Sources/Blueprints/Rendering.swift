import Model

/// One rendering of a blueprint. What is wrong is noted, and the plan is then not to be used.
struct Rendering {
    private let blueprint: Blueprint
    private let notes: Notes
    private let expander: Expander

    init(_ blueprint: Blueprint, _ notes: Notes) {
        self.blueprint = blueprint
        self.notes = notes
        expander = Expander(notes)
    }

    func plan(_ parameters: [String: JSONValue]) -> Plan {
        let template = blueprint.template
        let values = lists(over: Scope(words: parameters))
        let nodes = plannedNodes(in: values)
        let scope = values.with("all", .array(nodes.map(\.words)))
        let parts = Tree(
            .mapping([
                "secrets": expander.expand(template.secrets, in: scope),
                "authorities": expander.expand(template.authorities, in: scope),
                "certificates": expander.expand(template.certificates, in: scope),
                "nodes": Tree(
                    .list(nodes.map { expander.expand($0.entry, in: $0.scope(among: nodes)) }), at: template.nodes.place),
                "tasks": expander.expand(template.tasks, in: scope),
                "connection": expander.expand(template.connection, in: scope),
            ]), at: .root)
        let branch = Branch(parts, notes)
        let plan = Plan(
            blueprint: blueprint.reference,
            secrets: branch["secrets"].items().map(PlannedSecret.init),
            authorities: branch["authorities"].items().map(PlannedAuthority.init),
            certificates: branch["certificates"].items().map(PlannedCertificate.init),
            nodes: branch["nodes"].items().map(PlannedNode.init),
            tasks: branch["tasks"].items().map(PlannedTask.init),
            connection: branch["connection"].items().map(ConnectionFile.init))
        PlanCheck(plan, parts, notes).run()
        return plan
    }

    /// The lists of the blueprint's own, in their order: a later one may use an earlier one.
    private func lists(over scope: Scope) -> Scope {
        var scope = scope
        for list in Branch(blueprint.template.lists, notes).items() {
            list.allow(["name", "items"])
            let name = list["name"].text(matching: .word)
            guard !name.isEmpty else { continue }
            guard scope.words[name] == nil, !Scope.reserved.contains(name) else {
                list["name"].refuse("has a meaning here already")
                continue
            }
            let items = Branch(expander.expand(list["items"].tree, in: scope), notes).items()
            scope.words[name] = .array(items.map(\.tree.value))
        }
        return scope
    }

    /// Every entry of `nodes`, as often as it is there, with its name; the rest of it waits until all names are known.
    private func plannedNodes(in scope: Scope) -> [NodeTemplate] {
        var nodes: [NodeTemplate] = []
        for (group, entry) in Branch(blueprint.template.nodes, notes).items().enumerated() {
            var index = 0
            for occurrence in expander.spread([entry.tree], in: scope) {
                let count = expander.expand(
                    occurrence.tree["count"] ?? Tree(.nothing, at: entry.tree.place), in: occurrence.scope)
                for _ in 0..<Branch(count, notes).integer(in: 0...PlanLimit.nodes, default: 1) {
                    index += 1
                    nodes.append(node(occurrence, index: index, group: group + 1))
                }
            }
        }
        return nodes
    }

    private func node(_ occurrence: Expander.Occurrence, index: Int, group: Int) -> NodeTemplate {
        var entry = occurrence.tree
        if case .mapping(var members) = entry.content {
            members["count"] = nil
            entry.content = .mapping(members)
        }
        let place = occurrence.scope.with("index", .integer(index)).with("group", .integer(group))
        let name = expander.expand(Branch(entry, notes)["name"].tree, in: place)
        return NodeTemplate(
            name: Branch(name, notes).text(matching: .name), index: index, group: group, entry: entry, scope: occurrence.scope)
    }
}

/// A node whose name is known and whose entry is not rendered yet.
private struct NodeTemplate {
    let name: String
    let index: Int
    let group: Int
    let entry: Tree
    let scope: Scope

    var words: JSONValue {
        .object(["name": .string(name), "index": .integer(index), "group": .integer(group)])
    }

    func scope(among nodes: [NodeTemplate]) -> Scope {
        var scope = scope
        scope.words["all"] = .array(nodes.map(\.words))
        scope.words["others"] = .array(nodes.filter { $0.name != name }.map(\.words))
        scope.words["name"] = .string(name)
        scope.words["index"] = .integer(index)
        scope.words["group"] = .integer(group)
        return scope
    }
}

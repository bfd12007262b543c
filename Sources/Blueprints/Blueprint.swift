// A blueprint is a YAML file in `schemas/blueprints/`. It says once what a kind of chain is made of, and two small things turn it
// into a plan; it is not a programming language:
//
// * `{{name}}` in any text is replaced by a parameter, a list or a word of its place. A text that is nothing but one `{{name}}`
//   keeps the value's type. Words: `all` and `others` (lists of nodes; `.count`), and inside a node `name`, `index` (from 1) and
//   its `group`.
// * A mapping with `give` and `foreach`, `count` or `with` stands for what it gives, as often as they say (see `Expander`). Lists of
//   one's own, of organizations for instance, are made the same way in `lists`.
//
// An entry of `nodes` may also be repeated by a `count` of its own. `${secret.NAME}`, `${endpoint.NODE.PORT.url}` and the other
// references of `Plan` stay in the plan: they are resolved by an agent on the way to the host.

public import Model

/// A declarative, versioned description of a kind of chain.
public struct Blueprint: Sendable, Hashable {
    public let reference: BlueprintReference
    /// A few words for people.
    public let title: String
    public let description: String
    public let parameters: [BlueprintParameter]
    let template: Template

    /// The parts that are rendered, as they stand in the file.
    struct Template: Sendable, Hashable {
        var lists: Tree
        var secrets: Tree
        var authorities: Tree
        var certificates: Tree
        var nodes: Tree
        var tasks: Tree
        var connection: Tree
    }

    public var name: String { reference.name }
}

extension Blueprint {
    /// Reads a blueprint and renders it once with its defaults (where every parameter has one), so that a broken one is refused
    /// when it is loaded and not when it is used.
    public init(yaml: String) throws(BlueprintError) {
        let notes = Notes()
        self.init(Branch(try Tree(yaml: yaml), notes))
        if let values = defaults { _ = Rendering(self, notes).plan(values) }
        try notes.refuse()
    }

    init(_ root: Branch) {
        root.allow([
            "name", "version", "title", "description", "parameters", "lists", "secrets", "authorities", "certificates", "nodes",
            "tasks", "connection",
        ])
        reference = BlueprintReference(
            name: root["name"].text(matching: .name), version: root["version"].integer(in: 1...1_000_000))
        title = root["title"].text()
        description = root["description"].text()
        parameters = root["parameters"].items().map(BlueprintParameter.init)
        template = Template(
            lists: root["lists"].tree, secrets: root["secrets"].tree, authorities: root["authorities"].tree,
            certificates: root["certificates"].tree, nodes: root["nodes"].tree, tasks: root["tasks"].tree,
            connection: root["connection"].tree)
        root["parameters"].refuseDuplicates("name", "a parameter's name")
    }

    /// What the parameters are when nobody says anything; `nil` where one must be given.
    var defaults: [String: JSONValue]? {
        guard parameters.allSatisfy({ $0.default != nil }) else { return nil }
        return Dictionary(parameters.compactMap { parameter in parameter.default.map { (parameter.name, $0) } }) { $1 }
    }
}

extension Branch {
    /// Refuses items of a list that are called the same by their member `key`.
    func refuseDuplicates(_ key: String, _ what: String) {
        guard case .list(let items) = tree.content else { return }
        var seen: Set<JSONValue> = []
        for item in items {
            guard let name = item[key], name.value != .null else { continue }
            if !seen.insert(name.value).inserted { Branch(name, notes).refuse("\(what) must be there only once") }
        }
    }
}

// A blueprint is a YAML file in `schemas/blueprints/`. It says once what a kind of chain is made of, and two small things turn it
// into a plan; it is not a programming language:
//
// * `{{name}}` in any text is replaced by a parameter or by a word of its place. A text that is nothing but one `{{name}}` keeps
//   the value's type. Words: `all` and `others` (lists of nodes; `.count`), and inside a node `name`, `index` (from 1) and its `group`.
// * In any list, an item `{foreach: LIST, as: WORD, give: ITEM}` stands for one ITEM for each element of LIST (`all`, `others`),
//   with WORD for the element: `{foreach: others, as: peer, give: "connect={{peer.name}}:19444"}`.
//
// An entry of `nodes` is repeated by its `count`. `${secret.NAME}` and `${endpoint.NODE.PORT.url}` stay in the plan: they are
// resolved by an agent on the way to the host.

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
        var secrets: JSONValue
        var nodes: JSONValue
        var connection: JSONValue
    }

    public var name: String { reference.name }
}

extension Blueprint {
    /// Reads a blueprint and renders it once with its defaults (where every parameter has one), so that a broken one is refused
    /// when it is loaded and not when it is used.
    public init(yaml: String) throws(BlueprintError) {
        try self.init(tree: Branch(try JSONValue(yaml: yaml), at: "blueprint"))
        if parameters.allSatisfy({ $0.default != nil }) {
            _ = try render(parameters: .object([:]))
        }
    }

    private init(tree root: Branch) throws(BlueprintError) {
        try root.allow(["name", "version", "title", "description", "parameters", "secrets", "nodes", "connection"])
        reference = BlueprintReference(
            name: try root["name"].text(matching: .name), version: try root["version"].integer(in: 1...1_000_000))
        title = try root["title"].text()
        description = try root["description"].text()
        parameters = try root["parameters"].items().map { (branch) throws(BlueprintError) in try BlueprintParameter(branch) }
        template = Template(
            secrets: root["secrets"].value ?? .array([]), nodes: root["nodes"].value ?? .array([]),
            connection: root["connection"].value ?? .array([]))
        try parameters.map(\.name).refuseDuplicates(at: "parameters", what: "a parameter's name")
    }
}

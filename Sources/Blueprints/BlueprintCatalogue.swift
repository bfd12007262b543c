/// The blueprints that a program knows.
public struct BlueprintCatalogue: Sendable {
    private var blueprints: [String: Blueprint] = [:]
    private var files: [String: String] = [:]
    /// Names of built-in ones.
    private var builtIn: Set<String> = []

    public init(_ blueprints: [Blueprint] = []) throws(BlueprintError) {
        for blueprint in blueprints { try add(blueprint, from: "blueprints") }
    }

    /// Those of `schemas/blueprints/`, which are built into the program.
    public static func embedded() throws(BlueprintError) -> BlueprintCatalogue {
        var catalogue = try BlueprintCatalogue()
        catalogue.builtIn = BuiltInBlueprints.shared.names
        return catalogue
    }

    /// Adds what stands in a file.
    ///
    /// - Throws: what is wrong with it, each with the file's name.
    public mutating func add(yaml: String, from file: String) throws(BlueprintError) {
        do {
            try add(try Blueprint(yaml: yaml), from: file)
        } catch {
            throw error.in(file: file)
        }
    }

    private mutating func add(_ blueprint: Blueprint, from file: String) throws(BlueprintError) {
        if let other = files[blueprint.name] ?? (builtIn.contains(blueprint.name) ? "\(blueprint.name).yaml" : nil) {
            throw BlueprintError("name", blueprint.name, rule: "is the name of a blueprint in \(other) already")
        }
        blueprints[blueprint.name] = blueprint
        files[blueprint.name] = file
    }

    public var names: [String] { (Array(blueprints.keys) + builtIn).sorted() }

    public func blueprint(named name: String) -> Blueprint? {
        if let blueprint = blueprints[name] { return blueprint }
        // That every built-in one can be read, and is in the file of its name, is tested.
        return builtIn.contains(name) ? try? BuiltInBlueprints.shared.blueprint(named: name) : nil
    }
}

import Embedded

/// The blueprints that a program knows.
public struct BlueprintCatalogue: Sendable {
    private var blueprints: [String: Blueprint] = [:]
    private var files: [String: String] = [:]

    public init(_ blueprints: [Blueprint] = []) throws(BlueprintError) {
        for blueprint in blueprints { try add(blueprint, from: "blueprints") }
    }

    /// Those of `schemas/blueprints/`, which are built into the program; a broken one is an error that names its file.
    public static func embedded() throws(BlueprintError) -> BlueprintCatalogue {
        var catalogue = try BlueprintCatalogue()
        for file in EmbeddedFile.below("schemas/blueprints") where file.path.hasSuffix(".yaml") {
            try catalogue.add(yaml: file.text, from: file.name)
        }
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
        if let other = files[blueprint.name] {
            throw BlueprintError("name", blueprint.name, rule: "is the name of a blueprint in \(other) already")
        }
        blueprints[blueprint.name] = blueprint
        files[blueprint.name] = file
    }

    public var names: [String] { blueprints.keys.sorted() }

    public func blueprint(named name: String) -> Blueprint? {
        blueprints[name]
    }
}

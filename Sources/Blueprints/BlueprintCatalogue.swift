import Embedded

/// The blueprints that are built into the program.
public struct BlueprintCatalogue: Sendable {
    private let blueprints: [String: Blueprint]

    public init(_ blueprints: [Blueprint]) throws(BlueprintError) {
        try blueprints.map(\.name).refuseDuplicates(at: "blueprints", what: "a blueprint's name")
        self.blueprints = Dictionary(uniqueKeysWithValues: blueprints.map { ($0.name, $0) })
    }

    /// Those of `schemas/blueprints/`; a broken one is an error that names its file.
    public static func embedded() throws(BlueprintError) -> BlueprintCatalogue {
        var blueprints: [Blueprint] = []
        for file in EmbeddedFile.below("schemas/blueprints") where file.path.hasSuffix(".yaml") {
            do {
                blueprints.append(try Blueprint(yaml: file.text))
            } catch {
                throw BlueprintError(
                    error.problems.map { .init(path: "\(file.name): \($0.path)", value: $0.value, rule: $0.rule) })
            }
        }
        return try BlueprintCatalogue(blueprints)
    }

    public var names: [String] { blueprints.keys.sorted() }

    public func blueprint(named name: String) -> Blueprint? {
        blueprints[name]
    }
}

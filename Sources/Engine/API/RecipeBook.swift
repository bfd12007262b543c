import Blueprints
import Model
import Synchronization

/// Renders blueprints, and remembers what it rendered: tenants ask for the same chain again and again.
final class RecipeBook: Sendable {
    private struct Order: Hashable {
        let blueprint: String
        let parameters: [String: JSONValue]
    }

    private static let limit = 256

    let blueprints: BlueprintCatalogue
    private let images: ImageAllowList
    private let known = Mutex<[Order: Recipe]>([:])

    init(_ blueprints: BlueprintCatalogue, images: ImageAllowList = ImageAllowList()) {
        self.blueprints = blueprints
        self.images = images
    }

    /// What is wrong with the name or the parameters is said field by field.
    func recipe(_ name: String, _ given: [String: JSONValue]) throws(Problem) -> Recipe {
        let order = Order(blueprint: name, parameters: given)
        if let recipe = known.withLock({ $0[order] }) { return recipe }
        let recipe = try render(try blueprint(named: name), given)
        try check(recipe.plan)
        known.withLock { known in
            if known.count >= Self.limit { known.removeAll() }
            known[order] = recipe
        }
        return recipe
    }

    private func render(_ blueprint: Blueprint, _ given: [String: JSONValue]) throws(Problem) -> Recipe {
        do throws(BlueprintError) {
            let plan = try blueprint.render(parameters: .object(given))
            return Recipe(plan: plan, parameters: .object(blueprint.defaults.merging(given) { $1 }))
        } catch {
            throw Problem(
                .invalidField, "The blueprint \(blueprint.name) can't be used this way.",
                errors: error.problems.map { Problem.FieldError(field: $0.path, value: $0.value, rule: $0.rule) })
        }
    }

    /// Images come from blueprints, and of those the operator may allow some alone.
    private func check(_ plan: Plan) throws(Problem) {
        let used = plan.nodes.map(\.image) + plan.tasks.map(\.image)
        guard let image = used.first(where: { !images.allows($0) }) else { return }
        throw Problem(
            .invalidField,
            "This installation does not allow the image \(image); its operator says which it does (CONTINUO_IMAGES).",
            errors: [Problem.FieldError(field: "blueprint", value: image, rule: "only allowed images")])
    }

    private func blueprint(named name: String) throws(Problem) -> Blueprint {
        if let blueprint = blueprints.blueprint(named: name) { return blueprint }
        let known = blueprints.names.joined(separator: ", ")
        throw Problem(
            .invalidField, "There is no blueprint \(name).",
            errors: [Problem.FieldError(field: "blueprint", value: name, rule: "one of \(known)")])
    }
}

extension Blueprint {
    fileprivate var defaults: [String: JSONValue] {
        Dictionary(parameters.compactMap { parameter in parameter.default.map { (parameter.name, $0) } }) { $1 }
    }
}

import Blueprints
import Model

/// What a chain is made of: a plan and the parameters that led to it, defaults included.
struct Recipe: Sendable {
    var plan: Plan
    var parameters: JSONValue
}

extension API {
    /// Renders a blueprint; what is wrong with its name or parameters is said field by field.
    func recipe(_ name: String, _ given: [String: JSONValue]) throws(Problem) -> Recipe {
        let blueprint = try blueprint(named: name)
        do throws(BlueprintError) {
            let plan = try blueprint.render(parameters: .object(given))
            return Recipe(plan: plan, parameters: .object(blueprint.defaults.merging(given) { $1 }))
        } catch {
            throw Problem(
                .invalidField, "The blueprint \(name) can't be used this way.",
                errors: error.problems.map { Problem.FieldError(field: $0.path, value: $0.value, rule: $0.rule) })
        }
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

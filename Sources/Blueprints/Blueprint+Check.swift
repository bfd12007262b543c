import Model

extension Blueprint {
    /// Everything that is wrong with a blueprint's file: by itself, with its defaults, and with the values of its parameters that
    /// lie farthest from them, alone and together. Empty when nothing is.
    public static func problems(inYAML yaml: String) -> [BlueprintError.Problem] {
        let notes = Notes()
        do {
            let blueprint = Blueprint(Branch(try Tree(yaml: yaml), notes))
            for values in blueprint.trials { blueprint.attempt(values, notes) }
            try notes.refuse()
            return []
        } catch {
            return error.problems
        }
    }

    /// Sets of parameters with which a blueprint is tried; none where one has neither a default nor bounds nor choices.
    var trials: [[String: JSONValue]] {
        let corners = parameters.map { ($0.name, $0.corners) }
        guard corners.allSatisfy({ !$1.isEmpty }) else { return [] }
        let usual = Dictionary(corners.map { ($0, $1[0]) }) { $1 }
        let single = corners.flatMap { name, values in values.map { usual.merging([name: $0]) { $1 } } }
        let highest = Dictionary(corners.map { ($0, $1[$1.count - 1]) }) { $1 }
        return [usual] + single + [highest]
    }

    /// Renders, and notes what has not been noted yet, with the parameters that led to it.
    private func attempt(_ values: [String: JSONValue], _ notes: Notes) {
        let found = Notes()
        _ = Rendering(self, found).plan(values)
        let usual = defaults ?? [:]
        let unusual = values.filter { usual[$0.key] != $0.value }.sorted { $0.key < $1.key }
        let with = unusual.map { "\($0.key) = \($0.value.brief)" }.joined(separator: ", ")
        for problem in found.problems
        where !notes.problems.contains(where: { $0.path == problem.path && $0.rule.hasPrefix(problem.rule) }) {
            var problem = problem
            if !with.isEmpty { problem.rule += " (with \(with))" }
            notes.note(problem)
        }
    }
}

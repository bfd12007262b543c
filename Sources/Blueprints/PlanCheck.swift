import Model

/// What no single value shows: that names are unique, that every reference leads somewhere, that a host can hold it all.
///
/// A value that was wrong by itself is noted already and an empty stand-in here: nothing is said about it.
struct PlanCheck {
    let plan: Plan
    private let tree: Tree
    private let notes: Notes

    /// - Parameter tree: what the plan was read from, spread out: it knows the places.
    init(_ plan: Plan, _ tree: Tree, _ notes: Notes) {
        self.plan = plan
        self.tree = tree
        self.notes = notes
    }

    func run() {
        checkLimits()
        checkNames()
        checkIdentities()
        checkTasks()
        checkReferences()
    }

    /// A step on the way from the plan to a part of it.
    enum Step: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
        case member(String)
        case item(Int)

        init(stringLiteral value: String) { self = .member(value) }
        init(integerLiteral value: Int) { self = .item(value) }
    }

    typealias Path = [Step]

    /// Notes a mistake at `path`, or as near to it as the blueprint goes.
    func note(_ path: Path, _ value: String?, _ rule: String) {
        notes.note(.init(part(path).place, value: value, rule: rule))
    }

    func note(_ path: Path, _ rule: String) {
        note(path, nil, rule)
    }

    /// Notes a mistake in a text below `path`, at the text that holds `needle`.
    func note(_ path: Path, holding needle: String, _ rule: String) {
        let part = part(path)
        notes.note(.init((part.first(holding: needle) ?? part).place, value: needle, rule: rule))
    }

    func isThere(_ path: Path) -> Bool {
        path.isEmpty || part(path) != part(path.dropLast())
    }

    func refuseDuplicates(_ names: [(name: String, path: Path)], _ what: String) {
        var seen: Set<String> = []
        for (name, path) in names where !name.isEmpty && !seen.insert(name).inserted {
            note(path, name, "\(what) must be there only once")
        }
    }

    private func part(_ path: some Collection<Step>) -> Tree {
        var part = tree
        for step in path {
            switch (step, part.content) {
            case (.member(let key), .mapping(let members)):
                guard let next = members[key], next.content != .nothing else { return part }
                part = next
            case (.item(let index), .list(let items)) where items.indices.contains(index): part = items[index]
            default: return part
            }
        }
        return part
    }
}

extension Collection {
    /// The elements with their numbers as steps.
    func numbered() -> [(PlanCheck.Step, Element)] {
        enumerated().map { (.item($0), $1) }
    }
}

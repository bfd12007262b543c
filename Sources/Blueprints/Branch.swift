import Model

/// A tree that is being read. Reading never stops: what is wrong is noted, and a stand-in is given in its place.
struct Branch {
    let tree: Tree
    let notes: Notes

    init(_ tree: Tree, _ notes: Notes) {
        self.tree = tree
        self.notes = notes
    }

    /// The member, or nothing at its place.
    subscript(key: String) -> Branch {
        if let member = tree[key] { return Branch(member, notes) }
        let isMistaken = if case .mistaken = tree.content { true } else { false }
        return Branch(Tree(isMistaken ? .mistaken : .nothing, at: tree.place.member(key)), notes)
    }

    var exists: Bool { tree.content != .nothing }

    func refuse(_ rule: String) {
        notes.note(.init(tree.place, value: exists ? tree.value.brief : nil, rule: rule))
    }

    /// What `read` makes of it, or `standIn` with a note.
    func take<R>(_ rule: @autoclosure () -> String, else standIn: R, _ read: (Tree.Content) -> R?) -> R {
        if case .mistaken = tree.content { return standIn }
        if let result = read(tree.content) { return result }
        refuse(rule())
        return standIn
    }

    /// `nil` where nothing stands.
    func optional<R>(_ read: (Branch) -> R) -> R? {
        exists ? read(self) : nil
    }

    /// Refuses members that nobody would read, misspelt ones first of all.
    func allow(_ keys: Set<String>) {
        let members: [String: Tree] = take("must be a mapping", else: [:]) { content in
            if case .mapping(let members) = content { members } else { nil }
        }
        for (key, member) in members.sorted(by: { $0.key < $1.key }) where !keys.contains(key) {
            notes.note(.init(member.place, rule: "is unknown; known: \(keys.sorted().joined(separator: ", "))"))
        }
    }

    /// The items of a list; a missing one is empty.
    func items() -> [Branch] {
        guard exists else { return [] }
        return take("must be a list", else: []) { content in
            if case .list(let items) = content { items.map { Branch($0, notes) } } else { nil }
        }
    }

    /// The members of a mapping in the order of their names; a missing one is empty.
    func members() -> [(key: String, branch: Branch)] {
        guard exists else { return [] }
        return take("must be a mapping", else: []) { content in
            guard case .mapping(let members) = content else { return nil }
            return members.sorted { $0.key < $1.key }.map { ($0.key, Branch($0.value, notes)) }
        }
    }
}

/// A mapping that stands for what it gives (see `Expander`).
struct Repetition {
    enum Kind {
        case foreach(Branch, as: Branch)
        case count(Branch, from: Branch, as: Branch)
        case with(Branch)
    }

    let kind: Kind
    let give: Tree
    /// The members that make it one.
    let keys: Set<String>
    private let branch: Branch

    /// `nil` for any other value: a mapping with a `count` and nothing to give is data.
    init?(_ branch: Branch) {
        guard case .mapping(let members) = branch.tree.content else { return nil }
        if members["foreach"] != nil {
            kind = .foreach(branch["foreach"], as: branch["as"])
            keys = ["foreach", "as", "give"]
        } else if members["give"] != nil, members["count"] != nil {
            kind = .count(branch["count"], from: branch["from"], as: branch["as"])
            keys = ["count", "from", "as", "give"]
        } else if members["give"] != nil, members["with"] != nil {
            kind = .with(branch["with"])
            keys = ["with", "give"]
        } else {
            return nil
        }
        self.branch = branch
        give = branch["give"].tree
    }

    /// In a list nothing stands beside it.
    func refuseOthers() {
        branch.allow(keys)
        if branch["give"].exists == false { branch["give"].refuse("must be given") }
    }
}

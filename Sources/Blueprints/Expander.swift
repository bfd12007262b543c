import Model

/// Replaces every `{{word}}` and spreads out every repetition.
///
/// A repetition is a mapping with `give` and one of
/// * `foreach: LIST, as: WORD`: `give` once for each element of LIST, which WORD stands for,
/// * `count: N, from: FIRST, as: WORD`: N times, with WORD for the number, which begins with FIRST (1 unless said),
/// * `with: {WORD: VALUE, …}`: once, with words of its own.
///
/// In a list it stands for what it gives; a list that it gives is spliced in. In the place of a mapping, what it gives are mappings,
/// which are united, also with the members beside it.
final class Expander {
    let notes: Notes
    private var left = Tree.Limit.values

    init(_ notes: Notes) {
        self.notes = notes
    }

    /// A part of a blueprint and the words that it may use.
    struct Occurrence {
        var tree: Tree
        var scope: Scope
    }

    func expand(_ tree: Tree, in scope: Scope) -> Tree {
        guard spend(on: tree) else { return Tree(.mistaken, at: tree.place) }
        return switch tree.content {
        case .scalar(.string(let text)): expand(text, of: tree, in: scope)
        case .scalar, .nothing, .mistaken: tree
        case .list(let items): Tree(.list(spread(items, in: scope).map { expand($0.tree, in: $0.scope) }), at: tree.place)
        case .mapping(let members): expand(members, of: tree, in: scope)
        }
    }

    /// The items of a list, as often as they are there, not yet expanded.
    func spread(_ items: [Tree], in scope: Scope) -> [Occurrence] {
        items.flatMap { item -> [Occurrence] in
            guard let repetition = Repetition(Branch(item, notes)) else { return [Occurrence(tree: item, scope: scope)] }
            repetition.refuseOthers()
            let give = repetition.give
            return scopes(of: repetition, in: scope).flatMap { scope -> [Occurrence] in
                guard spend(on: item) else { return [] }
                if case .list(let items) = give.content { return spread(items, in: scope) }
                return [Occurrence(tree: give, scope: scope)]
            }
        }
    }

    /// Whether there may be one value more; the first one that may not be is noted.
    private func spend(on tree: Tree) -> Bool {
        left -= 1
        if left == -1 {
            notes.note(.init(tree.place, rule: "is too much: the plan would hold more than \(Tree.Limit.values) values"))
        }
        return left >= 0
    }

    private func mistaken(_ tree: Tree, value: String? = nil, _ rule: String) -> Tree {
        notes.note(.init(tree.place, value: value, rule: rule))
        return Tree(.mistaken, at: tree.place)
    }
}

extension Expander {
    private func expand(_ members: [String: Tree], of tree: Tree, in scope: Scope) -> Tree {
        var result: [String: Tree] = [:]
        let repetition = Repetition(Branch(tree, notes))
        for (key, member) in members.sorted(by: { $0.key < $1.key }) where repetition?.keys.contains(key) != true {
            add(key, member, to: &result, in: scope)
        }
        guard let repetition else { return Tree(.mapping(result), at: tree.place) }
        for scope in scopes(of: repetition, in: scope) {
            let given = expand(repetition.give, in: scope)
            switch given.content {
            case .mapping(let members):
                for (key, member) in members { unite(key, member, with: &result) }
            case .mistaken: break
            default:
                notes.note(.init(given.place, value: given.value.brief, rule: "must be a mapping here, in a mapping's place"))
            }
        }
        return Tree(.mapping(result), at: tree.place)
    }

    private func add(_ key: String, _ member: Tree, to members: inout [String: Tree], in scope: Scope) {
        let name = expand(key, of: Tree(.scalar(.string(key)), at: member.place), in: scope)
        guard case .scalar(let value) = name.content, let text = value.scalarText else { return }
        unite(text, expand(member, in: scope), with: &members)
    }

    private func unite(_ key: String, _ member: Tree, with members: inout [String: Tree]) {
        if let other = members[key], other.value != member.value {
            notes.note(.init(member.place, value: key, rule: "is a key that stands there twice, with different values"))
        }
        members[key] = member
    }
}

extension Expander {
    /// The words of every time that the repetition gives something.
    private func scopes(of repetition: Repetition, in scope: Scope) -> [Scope] {
        switch repetition.kind {
        case .foreach(let list, let word):
            guard let name = word.newWord(in: scope), let elements = elements(of: list, in: scope) else { return [] }
            return elements.map { scope.with(name, $0) }
        case .count(let count, let from, let word):
            let number = Branch(expand(count.tree, in: scope), notes).integer(in: 0...1000)
            let first = Branch(expand(from.tree, in: scope), notes).integer(in: 0...1_000_000, default: 1)
            guard word.exists else { return Array(repeating: scope, count: number) }
            guard let name = word.newWord(in: scope) else { return [] }
            return (0..<number).map { scope.with(name, .integer(first + $0)) }
        case .with(let words):
            var inner = scope
            for (name, branch) in words.members() {
                guard let word = Branch(Tree(.string(name), at: branch.tree.place), notes).newWord(in: scope) else { continue }
                inner.words[word] = expand(branch.tree, in: scope).value
            }
            return [inner]
        }
    }

    /// A list is named by its path, or written there.
    private func elements(of list: Branch, in scope: Scope) -> [JSONValue]? {
        let value: JSONValue?
        if case .scalar(.string(let text)) = list.tree.content, !text.contains("{{") {
            value = scope.value(of: text)
        } else {
            let tree = expand(list.tree, in: scope)
            if case .mistaken = tree.content { return nil }
            value = tree.value
        }
        if case .array(let elements) = value { return elements }
        list.refuse("must name a list: all or others (nodes), or one of lists")
        return nil
    }
}

extension Expander {
    /// A text that is one reference and nothing else keeps the type of what it refers to.
    private func expand(_ text: String, of tree: Tree, in scope: Scope) -> Tree {
        var result = ""
        var rest = text[...]
        while let start = rest.firstRange(of: "{{") {
            result += rest[..<start.lowerBound]
            guard let end = rest[start.upperBound...].firstRange(of: "}}") else {
                return mistaken(tree, value: text, "has {{ without }}")
            }
            let reference = rest[start.upperBound..<end.lowerBound].trimmed
            guard let value = scope.value(of: reference) else {
                return mistaken(tree, value: text, "refers to \(reference), which is unknown here")
            }
            if start.lowerBound == text.startIndex, end.upperBound == text.endIndex { return Tree(value, at: tree.place) }
            guard let inner = value.scalarText else { return mistaken(tree, value: text, "\(reference) is no text or number") }
            result += inner
            rest = rest[end.upperBound...]
        }
        return Tree(.scalar(.string(result + rest)), at: tree.place)
    }
}

extension Branch {
    /// The word that it names; `nil`, and a note, where it names none or one that has a meaning already.
    fileprivate func newWord(in scope: Scope) -> String? {
        let word = text(matching: .word)
        guard !word.isEmpty else { return nil }
        guard scope.words[word] == nil, !Scope.reserved.contains(word) else {
            refuse("has a meaning here already")
            return nil
        }
        return word
    }
}

extension Substring {
    fileprivate func firstRange(of pair: String) -> Range<Index>? {
        var position = startIndex
        while position < endIndex {
            if self[position...].hasPrefix(pair) { return position..<index(position, offsetBy: pair.count) }
            position = index(after: position)
        }
        return nil
    }

    fileprivate var trimmed: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}

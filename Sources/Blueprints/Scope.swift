import Model

/// The words that texts may refer to at one place of a blueprint.
struct Scope {
    /// Words that no parameter, list or `as` may be called.
    static let reserved: Set<String> = ["all", "others", "name", "index", "group"]

    var words: [String: JSONValue]

    /// The value of a dotted path: a member of a mapping, `count` of a list.
    func value(of path: some StringProtocol) -> JSONValue? {
        var parts = path.split(separator: ".", omittingEmptySubsequences: false)[...]
        guard var value = words[String(parts.removeFirst())] else { return nil }
        for part in parts {
            switch value {
            case .object(let members):
                guard let member = members[String(part)] else { return nil }
                value = member
            case .array(let items) where part == "count": value = .integer(items.count)
            default: return nil
            }
        }
        return value
    }

    func with(_ word: String, _ value: JSONValue) -> Scope {
        Scope(words: words.merging([word: value]) { $1 })
    }
}

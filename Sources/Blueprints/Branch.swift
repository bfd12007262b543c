import Model

/// A value of a blueprint's tree and the path that leads to it, so that whatever is wrong says where.
struct Branch {
    let value: JSONValue?
    let path: String

    init(_ value: JSONValue?, at path: String) {
        self.value = value == .null ? nil : value
        self.path = path
    }

    subscript(key: String) -> Branch {
        guard case .object(let members) = value else { return Branch(nil, at: "\(path).\(key)") }
        return Branch(members[key], at: "\(path).\(key)")
    }

    func refused(_ rule: String) -> BlueprintError {
        BlueprintError(path, value?.brief, rule: rule)
    }

    /// Refuses members that nobody would read, misspelt ones first of all.
    func allow(_ keys: Set<String>) throws(BlueprintError) {
        guard case .object(let members) = value else { throw refused("must be a mapping") }
        let unknown = members.keys.filter { !keys.contains($0) }.sorted()
        guard unknown.isEmpty else {
            throw BlueprintError(
                unknown.map { .init(path: "\(path).\($0)", rule: "is unknown; known: \(keys.sorted().joined(separator: ", "))") })
        }
    }

    /// The items of a list; a missing one is empty.
    func items() throws(BlueprintError) -> [Branch] {
        guard let value else { return [] }
        guard case .array(let items) = value else { throw refused("must be a list") }
        return items.enumerated().map { Branch($1, at: "\(path)[\($0)]") }
    }

    func members() throws(BlueprintError) -> [(key: String, branch: Branch)] {
        guard let value else { return [] }
        guard case .object(let members) = value else { throw refused("must be a mapping") }
        return members.sorted { $0.key < $1.key }.map { ($0.key, Branch($0.value, at: "\(path).\($0.key)")) }
    }
}

extension Branch {
    func text() throws(BlueprintError) -> String {
        guard case .string(let text) = value, !text.isEmpty else { throw refused("must be a text") }
        return text
    }

    /// A text, or what is written without quotes and still meant as one, such as `1` in a command.
    func scalarText() throws(BlueprintError) -> String {
        guard let text = value?.scalarText else { throw refused("must be a text") }
        return text
    }

    func text(matching pattern: Pattern) throws(BlueprintError) -> String {
        let text = try text()
        guard pattern.matches(text) else { throw refused(pattern.rule) }
        return text
    }

    func integer(in range: ClosedRange<Int>) throws(BlueprintError) -> Int {
        guard case .integer(let number) = value, range.contains(number) else {
            throw refused("must be an integer, \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func integer(in range: ClosedRange<Int>, default: Int) throws(BlueprintError) -> Int {
        value == nil ? `default` : try integer(in: range)
    }

    func optionalInteger(in range: ClosedRange<Int> = Int.min...Int.max) throws(BlueprintError) -> Int? {
        value == nil ? nil : try integer(in: range)
    }

    func optionalNumber(above low: Double) throws(BlueprintError) -> Double? {
        switch value {
        case nil: return nil
        case .integer(let number) where Double(number) > low: return Double(number)
        case .number(let number) where number > low: return number
        default: throw refused("must be a number above \(low)")
        }
    }
}

extension JSONValue {
    /// Short, for an error.
    var brief: String {
        switch self {
        case .array(let items): "a list of \(items.count)"
        case .object(let members): "a mapping of \(members.keys.sorted().joined(separator: ", "))"
        default: scalarText ?? "nothing"
        }
    }

    var scalarText: String? {
        switch self {
        case .string(let text): text
        case .integer(let number): String(number)
        case .number(let number): String(number)
        case .bool(let flag): String(flag)
        case .null, .array, .object: nil
        }
    }
}

extension [String] {
    func refuseDuplicates(at path: String, what: String) throws(BlueprintError) {
        var seen: Set<String> = []
        guard let twice = first(where: { !seen.insert($0).inserted }) else { return }
        throw BlueprintError(path, twice, rule: "\(what) must be there only once")
    }
}

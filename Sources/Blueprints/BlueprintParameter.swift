public import Model

/// What may be said about a chain that is to be made.
public struct BlueprintParameter: Codable, Sendable, Hashable {
    public enum Kind: String, Codable, Sendable, CaseIterable {
        case integer, string, boolean
    }

    public var name: String
    public var type: Kind
    /// The lowest integer, or the fewest characters.
    public var minimum: Int?
    /// The highest integer, or the most characters.
    public var maximum: Int?
    /// A regular expression that a whole text must match.
    public var pattern: String?
    /// The only values there are.
    public var choices: [JSONValue]?
    /// `nil`: it must be given.
    public var `default`: JSONValue?
    public var description: String
}

extension BlueprintParameter {
    init(_ branch: Branch) {
        branch.allow(["name", "type", "minimum", "maximum", "pattern", "choices", "default", "description"])
        name = branch["name"].text(matching: .word)
        type = branch["type"].word(Kind.self, else: .string)
        let bounds = type == .string ? 0...Self.longest : Int(Int32.min)...Int(Int32.max)
        minimum = branch["minimum"].optionalInteger(in: bounds)
        maximum = branch["maximum"].optionalInteger(in: bounds)
        pattern = branch["pattern"].optional { $0.text() }
        choices = branch["choices"].optional { $0.items().map(\.tree.value) }
        description = branch["description"].text()
        `default` = branch["default"].optional(\.tree.value)
        check(branch)
    }

    private func check(_ branch: Branch) {
        if Scope.reserved.contains(name) { branch["name"].refuse("is a word with a meaning of its own") }
        if let minimum, let maximum, minimum > maximum { branch["maximum"].refuse("must be at least the minimum") }
        if type == .boolean {
            for key in ["minimum", "maximum", "pattern", "choices"] where branch[key].exists {
                branch[key].refuse("says nothing about a boolean")
            }
        }
        if let pattern, type != .string || (try? Regex(pattern)) == nil {
            branch["pattern"].refuse(type == .string ? "must be a regular expression" : "is for strings")
        }
        if let choices, choices.isEmpty { branch["choices"].refuse("must hold at least one value") }
        for choice in branch["choices"].items() {
            if let rule = broken(by: choice.tree.value) { choice.refuse(rule) }
        }
        if let value = `default`, let rule = broken(by: value) { branch["default"].refuse(rule) }
    }

    /// The rule that `value` breaks; `nil` when it may be used.
    func broken(by value: JSONValue) -> String? {
        switch (type, value) {
        case (.boolean, .bool): nil
        case (.integer, .integer(let number)): chosen(value) ?? (bounds.contains(number) ? nil : "must be \(boundsText)")
        case (.string, .string(let text)): chosen(value) ?? broken(by: text)
        default: "must be \(type == .integer ? "an" : "a") \(type.rawValue)"
        }
    }

    private func chosen(_ value: JSONValue) -> String? {
        guard let choices, !choices.contains(value) else { return nil }
        return "must be one of \(choices.map(\.brief).joined(separator: ", "))"
    }

    /// Control characters are refused because texts end up in configuration files, line by line.
    private func broken(by text: String) -> String? {
        guard bounds.contains(text.count) else { return "must have \(boundsText) characters" }
        guard !text.unicodeScalars.contains(where: \.isControl), !text.contains("${") else {
            return "must have neither control characters nor ${"
        }
        guard let pattern, let expression = try? Regex(pattern) else { return nil }
        return (try? expression.wholeMatch(in: text)) == nil ? "must match \(pattern)" : nil
    }

    private static let longest = 200

    private var bounds: ClosedRange<Int> {
        let low = minimum ?? (type == .string ? 0 : Int(Int32.min))
        let high = maximum ?? (type == .string ? Self.longest : Int(Int32.max))
        return low...max(low, high)
    }

    private var boundsText: String { "\(bounds.lowerBound) to \(bounds.upperBound)" }
}

extension BlueprintParameter {
    /// Its default and what lies farthest from it: both bounds of an integer, every choice, both booleans.
    var corners: [JSONValue] {
        let ends: [JSONValue] =
            switch type {
            case .boolean: [.bool(false), .bool(true)]
            case .integer: [minimum, maximum].compactMap { $0.map(JSONValue.integer) }
            case .string: []
            }
        return (`default`.map { [$0] } ?? []) + (choices ?? ends)
    }
}

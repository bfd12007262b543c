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
    /// `nil`: it must be given.
    public var `default`: JSONValue?
    public var description: String
}

extension BlueprintParameter {
    init(_ branch: Branch) throws(BlueprintError) {
        try branch.allow(["name", "type", "minimum", "maximum", "default", "description"])
        name = try branch["name"].text(matching: .word)
        let kinds = Kind.allCases.map(\.rawValue)
        guard let kind = Kind(rawValue: try branch["type"].text()) else {
            throw branch["type"].refused("must be one of \(kinds.joined(separator: ", "))")
        }
        guard !Scope.reserved.contains(name) else { throw branch["name"].refused("is a word with a meaning of its own") }
        type = kind
        minimum = try branch["minimum"].optionalInteger()
        maximum = try branch["maximum"].optionalInteger()
        description = try branch["description"].text()
        `default` = branch["default"].value
        if let value = branch["default"].value, let rule = broken(by: value) { throw branch["default"].refused(rule) }
    }

    /// The rule that `value` breaks; `nil` when it may be used.
    func broken(by value: JSONValue) -> String? {
        switch (type, value) {
        case (.boolean, .bool): nil
        case (.integer, .integer(let number)): bounds.contains(number) ? nil : "must be \(boundsText)"
        case (.string, .string(let text)): broken(by: text)
        default: "must be \(type == .integer ? "an" : "a") \(type.rawValue)"
        }
    }

    /// Control characters are refused because texts end up in configuration files, line by line.
    private func broken(by text: String) -> String? {
        guard bounds.contains(text.count) else { return "must have \(boundsText) characters" }
        return text.unicodeScalars.contains { $0.properties.generalCategory == .control } || text.contains("${")
            ? "must have neither control characters nor ${" : nil
    }

    private var bounds: ClosedRange<Int> {
        let low = minimum ?? (type == .string ? 0 : Int(Int32.min))
        let high = maximum ?? (type == .string ? 200 : Int(Int32.max))
        return low...max(low, high)
    }

    private var boundsText: String { "\(bounds.lowerBound) to \(bounds.upperBound)" }
}

import Model

extension Branch {
    func text() -> String {
        take("must be a text", else: "") { content in
            if case .scalar(.string(let text)) = content, !text.isEmpty { text } else { nil }
        }
    }

    /// A text that goes to the host as it is: no reference in it would be resolved.
    func plainText(atMost longest: Int = 200) -> String {
        let text = text()
        guard text.count <= longest, !text.contains("${"), !text.unicodeScalars.contains(where: \.isControl) else {
            refuse("must have at most \(longest) characters, and neither control characters nor ${")
            return ""
        }
        return text
    }

    /// A text, or what is written without quotes and still meant as one, such as `1` in a command.
    func scalarText() -> String {
        take("must be a text", else: "") { if case .scalar(let value) = $0 { value.scalarText } else { nil } }
    }

    func text(matching pattern: Pattern) -> String {
        take(pattern.rule, else: "") { content in
            guard case .scalar(let value) = content, let text = value.scalarText, pattern.matches(text) else { return nil }
            return text
        }
    }

    func flag(default: Bool) -> Bool {
        guard exists else { return `default` }
        return take("must be true or false", else: `default`) { if case .scalar(.bool(let flag)) = $0 { flag } else { nil } }
    }

    func word<Word: RawRepresentable & CaseIterable>(_ kind: Word.Type, else standIn: Word) -> Word
    where Word.RawValue == String {
        let words = Word.allCases.map(\.rawValue).joined(separator: ", ")
        return take("must be one of \(words)", else: standIn) { content in
            if case .scalar(.string(let text)) = content { Word(rawValue: text) } else { nil }
        }
    }

    func integer(in range: ClosedRange<Int>) -> Int {
        take("must be an integer, \(range.lowerBound) to \(range.upperBound)", else: range.lowerBound) { content in
            if case .scalar(.integer(let number)) = content, range.contains(number) { number } else { nil }
        }
    }

    func integer(in range: ClosedRange<Int>, default: Int) -> Int {
        exists ? integer(in: range) : `default`
    }

    func optionalInteger(in range: ClosedRange<Int>) -> Int? {
        optional { $0.integer(in: range) }
    }

    func optionalNumber(above low: Double, atMost high: Double) -> Double? {
        optional { branch in
            branch.take("must be a number above \(low), at most \(high)", else: high) { content in
                switch content {
                case .scalar(.integer(let number)) where Double(number) > low && Double(number) <= high: Double(number)
                case .scalar(.number(let number)) where number > low && number <= high: number
                default: nil
                }
            }
        }
    }

    func texts() -> [String: String] {
        Dictionary(members().map { ($0.key, $0.branch.scalarText()) }) { $1 }
    }

    func absolutePath() -> String {
        let path = plainText()
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        guard path.isEmpty || (path.hasPrefix("/") && !parts.isEmpty && !parts.contains { ["", ".", ".."].contains($0) }) else {
            refuse("must be an absolute path without . and .., of at most 200 characters")
            return ""
        }
        return path
    }

    /// Permission bits as four octal digits in quotes: YAML itself reads 0400 in different ways.
    func permissions() -> Int {
        take("must be four octal digits in quotes, the first 0", else: 0) { content in
            guard case .scalar(.string(let text)) = content, text.count == 4, text.hasPrefix("0") else { return nil }
            return Int(text, radix: 8)
        }
    }
}

extension Unicode.Scalar {
    var isControl: Bool { properties.generalCategory == .control }
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

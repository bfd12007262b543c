import Model

/// What is asked of a field: in words, and as a reader that gives `nil` when it is broken.
struct Rule<Value: Sendable>: Sendable {
    let text: String
    let read: @Sendable (JSONValue) -> Value?
}

extension Rule<String> {
    /// A name of people's choosing that also fits into addresses and labels.
    static var name: Self {
        Rule(text: "1 to 63 characters of a-z, 0-9 and -, starting and ending with a letter or digit") { value in
            guard case .string(let text) = value, isName(text) else { return nil }
            return text
        }
    }

    static func string(_ length: ClosedRange<Int>) -> Self {
        Rule(text: "a string of \(length.lowerBound) to \(length.upperBound) characters without control characters") { value in
            guard case .string(let text) = value, length.contains(text.unicodeScalars.count) else { return nil }
            return text.unicodeScalars.contains { $0.properties.generalCategory == .control } ? nil : text
        }
    }

    /// Keeps only what passes a check; `rule` says what it asks.
    func and(_ rule: String, _ check: @escaping @Sendable (String) -> Bool) -> Self {
        Rule(text: rule) { value in read(value).flatMap { check($0) ? $0 : nil } }
    }

    /// Text of several lines, such as PEM.
    static func text(_ length: ClosedRange<Int>) -> Self {
        Rule(text: "a string of \(length.lowerBound) to \(length.upperBound) bytes") { value in
            guard case .string(let text) = value, length.contains(text.utf8.count), !text.utf8.contains(0) else { return nil }
            return text
        }
    }
}

extension Rule<Bool> {
    static var flag: Self {
        Rule(text: "true or false") { value in
            guard case .bool(let flag) = value else { return nil }
            return flag
        }
    }

    /// The same where only text can be given, in a query.
    static var flagText: Self {
        Rule(text: "true or false") { value in
            guard case .string(let text) = value else { return nil }
            return Bool(text)
        }
    }
}

extension Rule<Int> {
    static func integer(_ range: ClosedRange<Int>) -> Self {
        Rule(text: "a whole number from \(range.lowerBound) to \(range.upperBound)") { value in
            guard case .integer(let number) = value, range.contains(number) else { return nil }
            return number
        }
    }

    /// The same where only text can be given, in a query.
    static func integerText(_ range: ClosedRange<Int>) -> Self {
        Rule(text: "a whole number from \(range.lowerBound) to \(range.upperBound)") { value in
            guard case .string(let text) = value, let number = Int(text), range.contains(number) else { return nil }
            return number
        }
    }
}

extension Rule<[String: JSONValue]> {
    static var object: Self {
        Rule(text: "an object") { value in
            guard case .object(let members) = value else { return nil }
            return members
        }
    }
}

extension Rule where Value: RawRepresentable<String> & CaseIterable {
    static var choice: Self {
        Rule(text: "one of " + Value.allCases.map(\.rawValue).joined(separator: ", ")) { value in
            guard case .string(let text) = value else { return nil }
            return Value(rawValue: text)
        }
    }
}

extension Rule {
    /// A UUID that names an `Of`.
    static func identifier<Of>() -> Self where Value == Identifier<Of> {
        Rule(text: "a UUID") { value in
            guard case .string(let text) = value else { return nil }
            return Identifier(text)
        }
    }
}

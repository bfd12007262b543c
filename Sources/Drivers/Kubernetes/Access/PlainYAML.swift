import Model

/// Reads the part of YAML in which kubeconfigs are written: mappings and sequences by indentation, plain and quoted scalars.
/// What else YAML has (anchors, tags, flow collections, block scalars) is refused, never misread. Every scalar is a string.
struct PlainYAML {
    struct Unreadable: Error {
        let line: Int
        let reason: String
    }

    fileprivate struct Line {
        var number: Int
        var indent: Int
        var text: Substring
    }

    private var lines: [Line]
    private var position = 0
    /// How deep collections may lie in one another.
    private static let deepest = 20

    static func read(_ text: String) throws(Unreadable) -> JSONValue {
        var reader = try PlainYAML(text)
        let value = try reader.value(atLeast: 0, depth: 0)
        guard let rest = reader.line else { return value }
        throw Unreadable(line: rest.number, reason: "it is indented otherwise than what it belongs to")
    }

    private init(_ text: String) throws(Unreadable) {
        lines = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = line.last == "\r" ? line.dropLast() : line
            let text = line.drop { $0 == " " }
            guard text.first != "\t" else { throw Unreadable(line: index + 1, reason: "it is indented by a tab") }
            if text.isEmpty || text.first == "#" || line == "---" { continue }
            lines.append(Line(number: index + 1, indent: line.count - text.count, text: text))
        }
    }

    private var line: Line? { position < lines.count ? lines[position] : nil }

    private func unreadable(_ reason: String) -> Unreadable {
        Unreadable(line: line?.number ?? lines.last?.number ?? 1, reason: reason)
    }

    private mutating func value(atLeast indent: Int, depth: Int) throws(Unreadable) -> JSONValue {
        guard depth < Self.deepest else { throw unreadable("it lies too deep") }
        guard let line, line.indent >= indent else { return .null }
        return line.isElement
            ? try sequence(at: line.indent, depth: depth) : try mapping(at: line.indent, depth: depth)
    }

    private mutating func mapping(at indent: Int, depth: Int) throws(Unreadable) -> JSONValue {
        var members: [String: JSONValue] = [:]
        while let line, line.indent == indent, !line.isElement {
            guard let (key, rest) = line.text.keyAndRest else { throw unreadable("it is no `key: value`") }
            guard members[key] == nil else { throw unreadable("\(key) is there twice") }
            if rest.isEmpty {
                position += 1
                // A sequence may stand as far left as its key.
                let isSequence = self.line.map { $0.indent == indent && $0.isElement } ?? false
                members[key] = try value(atLeast: isSequence ? indent : indent + 1, depth: depth + 1)
            } else {
                members[key] = try scalar(rest)
                position += 1
            }
        }
        return .object(members)
    }

    private mutating func sequence(at indent: Int, depth: Int) throws(Unreadable) -> JSONValue {
        var elements: [JSONValue] = []
        while let line, line.indent == indent, line.isElement {
            let rest = line.text.dropFirst().drop { $0 == " " }
            if rest.isEmpty {
                position += 1
                elements.append(try value(atLeast: indent + 1, depth: depth + 1))
            } else if rest.keyAndRest != nil || rest.first == "-" && rest.dropFirst().first == " " {
                lines[position] = Line(number: line.number, indent: indent + line.text.count - rest.count, text: rest)
                elements.append(try value(atLeast: indent + 1, depth: depth + 1))
            } else {
                elements.append(try scalar(rest))
                position += 1
            }
        }
        return .array(elements)
    }

    private func scalar(_ text: Substring) throws(Unreadable) -> JSONValue {
        guard let first = text.first, let quoted = text.quoted else {
            let plain = text.withoutComment
            if plain == "{}" { return .object([:]) }
            if plain == "[]" { return .array([]) }
            if plain == "null" || plain == "~" { return .null }
            guard let first = plain.first, !"{}[]|>&*!%@`,?".contains(first) else {
                throw unreadable("it uses more of YAML than is read here; give the kubeconfig as JSON")
            }
            return .string(String(plain))
        }
        guard quoted.rest.withoutComment.isEmpty, first == "'" || !quoted.content.contains("\\") else {
            throw unreadable("its quoted text can't be read")
        }
        return .string(quoted.content)
    }
}

extension PlainYAML.Line {
    fileprivate var isElement: Bool { text == "-" || text.hasPrefix("- ") }
}

extension Substring {
    /// Of `key: value` and `key:`; the rest begins with the value.
    fileprivate var keyAndRest: (String, Substring)? {
        if let quoted {
            guard quoted.rest.first == ":" else { return nil }
            return (quoted.content, quoted.rest.dropFirst().value)
        }
        var index = startIndex
        while let colon = self[index...].firstIndex(of: ":") {
            let after = self[self.index(after: colon)...]
            if after.isEmpty || after.first == " " { return colon == startIndex ? nil : (String(self[..<colon]), after.value) }
            index = self.index(after: colon)
        }
        return nil
    }

    private var value: Substring {
        let value = drop { $0 == " " }
        return value.first == "#" ? "" : value
    }

    /// A text in quotes at the start; in single ones, two stand for one.
    fileprivate var quoted: (content: String, rest: Substring)? {
        guard let quote = first, quote == "'" || quote == "\"" else { return nil }
        var content = ""
        var rest = dropFirst()
        while let end = rest.firstIndex(of: quote) {
            content += rest[..<end]
            rest = rest[rest.index(after: end)...]
            guard quote == "'", rest.first == "'" else { return (content, rest) }
            content += "'"
            rest = rest.dropFirst()
        }
        return nil
    }

    fileprivate var withoutComment: Substring {
        var text = self
        if text.first == "#" { return "" }
        for index in text.indices where text[index] == "#" && text[text.index(before: index)] == " " {
            text = text[..<index]
            break
        }
        while text.last == " " { text = text.dropLast() }
        return text
    }
}

import Model

extension Branch {
    /// The branch with every `{{name}}` replaced and every `foreach` spread out.
    func expanded(in scope: Scope) throws(BlueprintError) -> Branch {
        switch value {
        case .string(let text): Branch(try expand(text, in: scope), at: path)
        case .array: Branch(.array(try expandedItems(in: scope)), at: path)
        case .object(let members): Branch(.object(try expand(members, in: scope)), at: path)
        default: self
        }
    }

    private func expand(_ members: [String: JSONValue], in scope: Scope) throws(BlueprintError) -> [String: JSONValue] {
        var result: [String: JSONValue] = [:]
        for (key, value) in members {
            result[key] = try Branch(value, at: "\(path).\(key)").expanded(in: scope).value ?? .null
        }
        return result
    }

    private func expandedItems(in scope: Scope) throws(BlueprintError) -> [JSONValue] {
        var result: [JSONValue] = []
        for item in try items() {
            if item["foreach"].value != nil {
                result += try item.spread(in: scope)
            } else {
                result.append(try item.expanded(in: scope).value ?? .null)
            }
        }
        return result
    }

    /// One item for each element of the list that `foreach` names.
    private func spread(in scope: Scope) throws(BlueprintError) -> [JSONValue] {
        try allow(["foreach", "as", "give"])
        let word = try self["as"].text(matching: .word)
        guard case .array(let elements) = scope.value(of: try self["foreach"].text()) else {
            throw self["foreach"].refused("must name a list: all or others (nodes)")
        }
        guard scope.words[word] == nil else { throw self["as"].refused("has a meaning here already") }
        var result: [JSONValue] = []
        for element in elements {
            result.append(try self["give"].expanded(in: scope.with(word, element)).value ?? .null)
        }
        return result
    }

    /// A text that is one reference and nothing else keeps the type of what it refers to.
    private func expand(_ text: String, in scope: Scope) throws(BlueprintError) -> JSONValue {
        var result = ""
        var rest = text[...]
        while let start = rest.firstRange(of: "{{") {
            result += rest[..<start.lowerBound]
            guard let end = rest[start.upperBound...].firstRange(of: "}}") else { throw refused("has {{ without }}") }
            let reference = rest[start.upperBound..<end.lowerBound].trimmed
            guard let value = scope.value(of: reference) else { throw refused("refers to \(reference), which is unknown here") }
            if start.lowerBound == text.startIndex, end.upperBound == text.endIndex, value.scalarText != nil { return value }
            guard let inner = value.scalarText else { throw refused("\(reference) is no text or number") }
            result += inner
            rest = rest[end.upperBound...]
        }
        return .string(result + rest)
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

import Model

extension Blueprint {
    /// The given parameters, checked, with defaults in the place of missing ones.
    func complete(_ given: JSONValue) throws(BlueprintError) -> [String: JSONValue] {
        guard case .object(let members) = given else {
            if given == .null { return try complete(.object([:])) }
            throw BlueprintError("parameters", given.brief, rule: "must be an object")
        }
        var problems = unknown(in: members)
        var values: [String: JSONValue] = [:]
        for parameter in parameters {
            let path = "parameters.\(parameter.name)"
            if let value = members[parameter.name] ?? parameter.default {
                values[parameter.name] = value
                if let rule = parameter.broken(by: value) { problems.append(.init(path: path, value: value.brief, rule: rule)) }
            } else {
                problems.append(.init(path: path, rule: "must be given"))
            }
        }
        guard problems.isEmpty else { throw BlueprintError(problems) }
        return values
    }

    private func unknown(in members: [String: JSONValue]) -> [BlueprintError.Problem] {
        let known = parameters.map(\.name)
        let list = known.isEmpty ? "this blueprint has none" : "known: \(known.joined(separator: ", "))"
        return members.keys.filter { !known.contains($0) }.sorted().map {
            .init(path: "parameters.\($0)", value: members[$0]?.brief, rule: "is no parameter of \(name); \(list)")
        }
    }
}

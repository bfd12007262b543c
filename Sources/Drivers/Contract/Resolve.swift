public import Model

extension Vault {
    /// Puts secrets in the place of `${secret.NAME}`. An unknown name is `badPlan`.
    public func resolve(_ text: String) throws(WorkError) -> String {
        try substitute(in: text) { (reference) throws(WorkError) in
            let parts = reference.split(separator: ".", maxSplits: 1)
            guard parts.count == 2, parts[0] == "secret" else { return nil }
            guard let secret = secrets[String(parts[1])] else {
                throw WorkError(.terminal, .badPlan, "the plan refers to the secret \(parts[1]), which it does not declare")
            }
            return secret
        }
    }
}

/// Replaces every `${reference}` for which `value` gives one; others stay as they are.
public func substitute(
    in text: String, _ value: (Substring) throws(WorkError) -> String?
) throws(WorkError) -> String {
    var result = ""
    var rest = text[...]
    while let start = rest.firstIndex(of: "$") {
        result += rest[..<start]
        rest = rest[start...]
        guard rest.dropFirst().first == "{", let end = rest.firstIndex(of: "}") else {
            result.append(rest.removeFirst())
            continue
        }
        let reference = rest[rest.index(start, offsetBy: 2)..<end]
        result += try value(reference) ?? String(rest[start...end])
        rest = rest[rest.index(after: end)...]
    }
    return result + rest
}

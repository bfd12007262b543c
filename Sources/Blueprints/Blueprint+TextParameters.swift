public import Model

extension Blueprint {
    /// Parameters from texts, as a command line gives them: each is read as its parameter's type asks.
    ///
    /// What can't be read so stays a text, which `render` refuses with the rule.
    public func parameters(named texts: [(name: String, text: String)]) -> JSONValue {
        .object(
            Dictionary(
                texts.map { name, text in
                    let value: JSONValue? =
                        switch parameters.first(where: { $0.name == name })?.type {
                        case .integer: Int(text).map { .integer($0) }
                        case .boolean: Bool(text).map { .bool($0) }
                        case .string, nil: nil
                        }
                    return (name, value ?? .string(text))
                }
            ) { $1 })
    }
}

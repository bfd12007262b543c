/// A setting that can't be used: which one, what was given, what is asked.
public struct SettingError: Error, Sendable, Hashable, CustomStringConvertible {
    public let variable: String
    /// `nil` when it is missing, or must not be shown because it may hold a secret.
    public let value: String?
    public let rule: String

    public init(_ variable: String, value: String? = nil, rule: String) {
        self.variable = variable
        self.value = value
        self.rule = rule
    }

    public var description: String {
        "\(variable)\(value.map { " is \"\($0.prefix(200))\", but" } ?? ""): \(rule)"
    }
}

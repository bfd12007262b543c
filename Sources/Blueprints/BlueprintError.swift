/// Why a blueprint, or the parameters given to one, was refused. Every problem found is listed.
public struct BlueprintError: Error, Sendable, Hashable {
    public struct Problem: Sendable, Hashable {
        /// Where: `parameters.nodes`, `nodes[0].ports[1].container`.
        public var path: String
        /// What stood there, shortened; `nil` when nothing did.
        public var value: String?
        /// What is asked of it.
        public var rule: String

        public init(path: String, value: String? = nil, rule: String) {
            self.path = path
            self.value = value.map { String($0.prefix(100)) }
            self.rule = rule
        }
    }

    public var problems: [Problem]

    public init(_ problems: [Problem]) {
        self.problems = problems
    }

    init(_ path: String, _ value: String? = nil, rule: String) {
        self.init([Problem(path: path, value: value, rule: rule)])
    }
}

extension BlueprintError: CustomStringConvertible {
    public var description: String {
        problems.map { "\($0.path)\($0.value.map { " (\($0))" } ?? ""): \($0.rule)" }.joined(separator: "; ")
    }
}

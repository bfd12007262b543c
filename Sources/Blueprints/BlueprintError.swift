/// Why a blueprint, or the parameters given to one, was refused. Every problem found is listed.
public struct BlueprintError: Error, Sendable, Hashable {
    public struct Problem: Codable, Sendable, Hashable {
        /// The blueprint's file, where it is known.
        public var file: String?
        /// Of the file, from 1; `nil` for what stands in no file.
        public var line: Int?
        public var column: Int?
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

        init(_ place: Place, value: String? = nil, rule: String) {
            self.init(path: place.path.isEmpty ? "blueprint" : place.path, value: value, rule: rule)
            line = place.line
            column = place.column
        }
    }

    public var problems: [Problem]

    public init(_ problems: [Problem]) {
        self.problems = problems
    }

    init(_ path: String, _ value: String? = nil, rule: String) {
        self.init([Problem(path: path, value: value, rule: rule)])
    }

    /// The same, with the file in which it is.
    public func `in`(file: String) -> BlueprintError {
        BlueprintError(
            problems.map { problem in
                var problem = problem
                problem.file = file
                return problem
            })
    }
}

extension BlueprintError.Problem: CustomStringConvertible {
    /// As compilers say it: `FILE:LINE:COLUMN: path (value): rule`.
    public var description: String {
        let parts = [file, line.map(String.init), line == nil ? nil : column.map(String.init)].compactMap(\.self)
        let place = parts.isEmpty ? "" : parts.joined(separator: ":") + ": "
        return "\(place)\(path)\(value.map { " (\($0))" } ?? ""): \(rule)"
    }
}

extension BlueprintError: CustomStringConvertible {
    public var description: String {
        problems.map(\.description).joined(separator: "; ")
    }
}

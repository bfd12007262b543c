/// What was found wrong so far. Reading goes on with stand-ins, so that every mistake is told at once.
final class Notes {
    private(set) var problems: [BlueprintError.Problem] = []
    private var seen: Set<[String]> = []

    /// Enough for a person; a mistake at the root of many things would fill pages.
    private static let limit = 100

    /// Notes each rule once for each path: what is spread out says the same of every element.
    func note(_ problem: BlueprintError.Problem) {
        guard problems.count < Self.limit, seen.insert([problem.path, problem.rule]).inserted else { return }
        problems.append(problem)
    }

    func refuse() throws(BlueprintError) {
        guard problems.isEmpty else {
            throw BlueprintError(problems.sorted { ($0.line ?? 0, $0.column ?? 0) < ($1.line ?? 0, $1.column ?? 0) })
        }
    }
}

package import Model

/// Does something with every element at the same time. The first error ends the others, by cancellation, and is thrown when all
/// have ended.
package func inParallel<Element: Sendable, Result: Sendable>(
    _ elements: [Element], _ body: @escaping @Sendable (Element) async throws(WorkError) -> Result
) async throws(WorkError) -> [Result] {
    let outcomes = await withTaskGroup(of: (Int, Swift.Result<Result, WorkError>).self) { group in
        for (index, element) in elements.enumerated() {
            group.addTask { (index, await outcome { () async throws(WorkError) in try await body(element) }) }
        }
        var outcomes: [(Int, Swift.Result<Result, WorkError>)] = []
        for await outcome in group {
            if case .failure = outcome.1, !group.isCancelled { group.cancelAll() }
            outcomes.append(outcome)
        }
        return outcomes
    }
    // In the order in which they ended: what came after the first error may be cancelled on its account alone.
    if let first = outcomes.first(where: { $0.1.failure != nil })?.1.failure { throw first }
    return outcomes.sorted { $0.0 < $1.0 }.compactMap { try? $0.1.get() }
}

private func outcome<Value>(_ body: () async throws(WorkError) -> Value) async -> Result<Value, WorkError> {
    do {
        return .success(try await body())
    } catch {
        return .failure(error)
    }
}

extension Result {
    fileprivate var failure: Failure? {
        if case .failure(let error) = self { error } else { nil }
    }
}

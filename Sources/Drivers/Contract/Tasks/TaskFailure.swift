public import Model

extension WorkError {
    /// A task that did not do what it should.
    public static func failed(_ task: PlannedTask, _ what: String, log: String? = nil) -> WorkError {
        WorkError(.transient, .taskFailed, "the task \(task.name) \(what)", log: log)
    }

    /// This error, once what the failed task has left is tidied up. Trouble with the tidying is told behind the failure and never
    /// instead of it: the next attempt finds the rest and tidies up again. Only that the work was cancelled goes before.
    package func afterTidying(_ tidying: () async throws(WorkError) -> Void) async -> WorkError {
        do throws(WorkError) {
            try await tidying()
            return self
        } catch {
            guard error.disposition != .cancelled else { return error }
            return WorkError(
                disposition, code, "\(message); it could not be tidied up: \(error.message)", node: node, log: log, value: value,
                notBefore: error.notBefore ?? notBefore)
        }
    }
}

internal import Model
internal import Wire

/// How work came to its end, and what is said of it. Pure.
enum Ending: Hashable {
    case outcome(Report.Outcome)
    case givenBack

    /// Work that was asked to stop and succeeded all the same has succeeded; otherwise the reason of the stop counts, not the
    /// error that the stop led to.
    init(_ result: Result<Report.Outcome, WorkError>, stop: WorkRegistry.Stop?) {
        switch (result, stop) {
        case (.success(let outcome), _): self = .outcome(outcome)
        case (.failure, .givenBack): self = .givenBack
        case (.failure, .cancelled):
            self = .outcome(.failed(WorkError(.cancelled, .cancelled, "cancelled while the work went on")))
        case (.failure(let error), .unfinished):
            let last = error.code == .cancelled ? "" : " (\(error.message))"
            self = .outcome(
                .failed(
                    WorkError(
                        .transient, .unfinished, "given up after the longest time an attempt may last\(last)", node: error.node)))
        case (.failure(let error), nil): self = .outcome(.failed(error))
        }
    }
}

package import Model

/// Tries until it is done or the time is up; the last try is told that it is the last.
package func settle(
    within patience: Duration, _ attempt: (_ isLast: Bool) async throws(WorkError) -> Bool
) async throws(WorkError) {
    let end = ContinuousClock.now + patience
    while true {
        let isLast = ContinuousClock.now >= end
        if try await attempt(isLast) || isLast { return }
        try await pause(.milliseconds(100))
    }
}

/// - Throws: `cancelled` when the task is.
package func pause(_ duration: Duration) async throws(WorkError) {
    do {
        try await Task.sleep(for: duration)
    } catch {
        throw WorkError(.cancelled, .cancelled, "cancelled")
    }
}

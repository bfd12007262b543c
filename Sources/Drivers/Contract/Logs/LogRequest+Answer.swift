public import Model

extension LogRequest {
    /// The most lines that may be asked for, and the longest wait in seconds.
    public static let limits = (tail: 0...10_000, wait: 0.0...10.0)
    /// Between two looks for something new.
    private static let pause = Duration.milliseconds(250)

    /// Looks until there is something new, or as long as the request waits.
    ///
    /// - Parameter look: what is there now: the last `tail` lines where there is no cursor, everything from its time on where there
    ///   is one; at least as much as a piece holds.
    /// - Throws: `badPlan` where the cursor is none of ours.
    public func answer(
        _ look: (LogCursor?, _ tail: Int) async throws(WorkError) -> [LogPiece.Line], _ blotter: Blotter
    ) async throws(WorkError) -> LogPiece {
        let end = ContinuousClock.now + .seconds(min(max(wait, Self.limits.wait.lowerBound), Self.limits.wait.upperBound))
        let tail = min(max(tail, Self.limits.tail.lowerBound), Self.limits.tail.upperBound)
        var cursor = try readCursor()
        while true {
            let piece: LogPiece
            if cursor == nil, tail == 0 {
                piece = LogPiece(endingWith: try await look(nil, 1))
            } else {
                piece = LogPiece(try await look(cursor, tail), after: cursor, blotter)
            }
            guard piece.lines.isEmpty, ContinuousClock.now < end else { return piece }
            cursor = LogCursor(piece.cursor)
            try await Self.rest()
        }
    }

    private func readCursor() throws(WorkError) -> LogCursor? {
        guard let cursor else { return nil }
        guard let read = LogCursor(cursor) else {
            throw WorkError(.terminal, .badPlan, "\(cursor.debugDescription) is no place in a log; begin without a cursor")
        }
        return read
    }

    private static func rest() async throws(WorkError) {
        do {
            try await Task.sleep(for: pause)
        } catch {
            throw WorkError(.cancelled, .cancelled, "the log is not wanted any more")
        }
    }
}

public import Model

extension LogRequest {
    /// The most lines that may be asked for, and the longest wait in seconds.
    public static let limits = (tail: 0...10_000, wait: 0.0...10.0)
    /// Between two looks for something new.
    private static let pause = Duration.milliseconds(250)

    public typealias Look = (LogCursor?, _ tail: Int) async throws(WorkError) -> [LogPiece.Line]

    /// Looks until there is something new, or as long as the request waits.
    ///
    /// - Parameter look: what is there now: the last `tail` lines where there is no cursor, everything from its time on where there
    ///   is one; at least as much as a piece holds.
    /// - Throws: `badPlan` where the cursor is none of ours.
    public func answer(_ look: Look, _ blotter: Blotter) async throws(WorkError) -> LogPiece {
        let end = ContinuousClock.now + .seconds(min(max(wait, Self.limits.wait.lowerBound), Self.limits.wait.upperBound))
        let tail = min(max(tail, Self.limits.tail.lowerBound), Self.limits.tail.upperBound)
        var cursor = try readCursor()
        while true {
            let piece: LogPiece
            if let cursor {
                piece = LogPiece(try await look(cursor, tail), after: cursor, blotter)
            } else {
                piece = try await first(tail, look, blotter)
            }
            guard piece.lines.isEmpty, ContinuousClock.now < end else { return piece }
            cursor = LogCursor(piece.cursor)
            try await Self.rest()
        }
    }

    /// The last `tail` lines, or none and the log's end.
    private func first(_ tail: Int, _ look: Look, _ blotter: Blotter) async throws(WorkError) -> LogPiece {
        let lines = try await look(nil, max(tail, 1))
        var piece = tail > 0 ? LogPiece(lines, after: nil, blotter) : LogPiece(endingWith: lines)
        // Where all lines have one time, earlier ones of that time may have been left out: they count as told.
        guard let time = lines.first?.time, var cursor = LogCursor(piece.cursor), cursor.time == time else { return piece }
        let all = try await look(LogCursor(time: time, count: 0), tail).count { $0.time == time }
        cursor.count += max(0, all - lines.count { $0.time == time })
        piece.cursor = cursor.description
        return piece
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

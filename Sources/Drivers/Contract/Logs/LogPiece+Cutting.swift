public import Model

extension LogPiece {
    /// What of `lines` is new after `cursor`, as much of it as one piece holds, without secrets.
    ///
    /// - Parameter lines: as the host keeps them, oldest first; from the cursor's time on if there is one.
    public init(_ lines: [Line], after cursor: LogCursor?, _ blotter: Blotter) {
        var end = cursor ?? .start
        var old = end.count
        var room = Self.limit
        var taken: [Line] = []
        for line in lines {
            if let cursor {
                if line.time < cursor.time { continue }
                if line.time == cursor.time, old > 0 {
                    old -= 1
                    continue
                }
            }
            let line = Line(time: line.time, text: blotter.blot(line.text).cut(to: Self.limit - 64))
            room -= line.weight
            guard room >= 0 else { break }
            taken.append(line)
            end = LogCursor(time: line.time, count: line.time == end.time ? end.count + 1 : 1)
        }
        self.init(lines: taken, cursor: end.description)
    }

    /// Where a log ends of which nothing is wanted but what is still to come.
    public init(endingWith lines: [Line]) {
        let last = lines.last?.time
        let end = last.map { time in LogCursor(time: time, count: lines.count { $0.time == time }) }
        self.init(lines: [], cursor: (end ?? .start).description)
    }
}

extension LogPiece.Line {
    /// A line as hosts write it, its time in front; `nil` where there is no time.
    public init?(stamped text: Substring) {
        guard let space = text.firstIndex(of: " "), let time = LogCursor.time(text[..<space]) else { return nil }
        self.init(time: time, text: String(text[text.index(after: space)...]))
    }

    /// As many bytes as it takes in a piece.
    fileprivate var weight: Int { time.utf8.count + text.utf8.count + 2 }
}

extension String {
    fileprivate func cut(to bytes: Int) -> String {
        utf8.count <= bytes ? self : String(decoding: utf8.prefix(bytes - 3), as: UTF8.self) + "…"
    }
}

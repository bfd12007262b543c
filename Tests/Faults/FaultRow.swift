/// A line of the table: a fault, and what it did.
struct FaultRow: Sendable {
    let fault: String
    let times: Int
    let underWay: Int
    let requests: Int
    let finding: Checker.Finding

    /// Nothing was found, and there was something that could have been lost.
    var isClean: Bool { finding.isEmpty && times > 0 && underWay > 0 }

    static let head = line("fault", "times injected", "operations under way", "requests", "lost", "doubled", "left over")

    var text: String {
        Self.line(
            fault, "\(times)", "\(underWay)", "\(requests)", "\(finding.lost.count)", "\(finding.doubled.count)",
            "\(finding.leftOver.count)")
    }

    /// What was found, a line each.
    var details: String {
        (finding.lost.map { "lost: " + $0 } + finding.doubled.map { "doubled: " + $0 }
            + finding.leftOver.map { "left over: " + $0 })
            .joined(separator: "\n")
    }

    private static func line(_ cells: String...) -> String {
        let widths = [44, 14, 20, 8, 5, 7, 9]
        return "| " + zip(cells, widths).map { $0.padded(to: $1) }.joined(separator: " | ") + " |"
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}

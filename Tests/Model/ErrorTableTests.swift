import Foundation
import Model
import Testing

/// The handbook's table of errors says what the code does, row by row.
@Suite("The handbook's table of errors")
struct ErrorTableTests {
    private struct Row {
        var code: String
        var dispositions: [String]
        var counts: String
        var test: String
    }

    private static var root: URL {
        URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardizedFileURL
    }

    private static func rows() throws -> [Row] {
        let page = try String(contentsOf: root.appending(path: "ops/handbook/errors.md"), encoding: .utf8)
        return page.split(separator: "\n").filter { $0.hasPrefix("| `") }.compactMap { line in
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: [" ", "`"]) }
            guard cells.count == 6 else { return nil }
            return Row(
                code: cells[0], dispositions: cells[1].components(separatedBy: ", "), counts: cells[2], test: cells[5])
        }
    }

    @Test("every code has one row, and every row is a code")
    func complete() throws {
        #expect(try Self.rows().map(\.code).sorted() == WorkError.Code.allCases.map(\.rawValue).sorted())
    }

    @Test("what a row says of counting is what the ledger does")
    func counting() throws {
        for row in try Self.rows() {
            let code = try #require(WorkError.Code(rawValue: row.code))
            for word in row.dispositions {
                let disposition = try #require(WorkError.Disposition(rawValue: word), "\(row.code) is \(word)")
                let error = WorkError(disposition, code, "x", value: "1")
                #expect(row.counts == (error.isCharged ? "yes" : "no"), "\(row.code)")
            }
        }
    }

    @Test("each row names a test that brings its code about")
    func tested() throws {
        for row in try Self.rows() {
            let code = try #require(WorkError.Code.allCases.first { $0.rawValue == row.code })
            let file = try String(contentsOf: Self.root.appending(path: row.test), encoding: .utf8)
            #expect(Self.tests(in: file).contains { $0.expects(code) }, "\(row.test) expects \(row.code) nowhere")
        }
    }

    /// Each from its name to its end.
    private static func tests(in file: String) -> [Substring] {
        file.components(separatedBy: "    @Test").dropFirst().map { test in
            test.range(of: "\n    }\n").map { test[..<$0.upperBound] } ?? test[...]
        }
    }
}

extension Substring {
    /// Whether a line that expects something names the code.
    fileprivate func expects(_ code: WorkError.Code) -> Bool {
        split(separator: "\n").contains { line in
            ["#expect", "#require", "expect(", "==", "refused", "fails"].contains { line.contains($0) }
                && line.split { !$0.isLetter && $0 != "." }.contains { $0.hasSuffix(".\(code)") }
        }
    }
}

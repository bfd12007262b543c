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
        /// A file, and the name of a test in it.
        var test: [String]
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
                code: cells[0], dispositions: cells[1].components(separatedBy: ", "), counts: cells[2],
                test: cells[5].components(separatedBy: "` `"))
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

    @Test("each row names a test of its own, which expects the code")
    func tested() throws {
        let rows = try Self.rows()
        #expect(Set(rows.map(\.test)).count == rows.count)
        for row in rows {
            let code = try #require(WorkError.Code(rawValue: row.code))
            let test = try #require(try Self.test(row.test), "there is no test \(row.test)")
            #expect(test.contains("code == .\(code)"), "\(row.test) does not expect \(row.code)")
        }
    }

    /// From its name to its end.
    private static func test(_ named: [String]) throws -> Substring? {
        guard named.count == 2 else { return nil }
        let file = try String(contentsOf: root.appending(path: named[0]), encoding: .utf8)
        let tests = file.components(separatedBy: "    @Test").dropFirst().map { test in
            test.range(of: "\n    }\n").map { test[..<$0.upperBound] } ?? test[...]
        }
        return tests.first { $0.contains("func \(named[1])(") }
    }
}

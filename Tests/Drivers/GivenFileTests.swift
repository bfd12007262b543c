import Drivers
import Foundation
import Model
import Testing

@Suite("Files that tasks give")
struct GivenFileTests {
    func task(_ gives: String...) -> PlannedTask {
        PlannedTask(name: "genesis", image: "image:1", stage: .before, gives: gives)
    }

    func given(_ output: String, _ name: String = "a.block") throws(WorkError) -> [UInt8] {
        var files = GivenFiles()
        try files.take(Array(output.utf8), of: task(name))
        return try files.content(of: TaskFile(task: "genesis", file: name))
    }

    func framed(_ text: String, _ name: String = "a.block") -> String {
        "-----BEGIN CONTINUO FILE \(name)-----\n\(text)\n-----END CONTINUO FILE \(name)-----\n"
    }

    @Test("a file of many lines, among other words, with either kind of line end", arguments: ["\n", "\r\n"])
    func lines(_ end: String) throws {
        let bytes = (0..<3000).map { UInt8($0 % 256) }
        let text = Data(bytes).base64EncodedString(options: [.lineLength76Characters, .endLineWithLineFeed])
        let output = "starting\n" + framed(text) + framed("AAAA", "b.block") + "done\n"
        #expect(try given(output.replacing("\n", with: end)) == bytes)
    }

    @Test func empty() throws {
        #expect(try given(framed("")) == [])
    }

    @Test("the last one of a name counts")
    func twice() throws {
        #expect(try given(framed("AAAA") + framed("////")) == [255, 255, 255])
    }

    @Test(
        "what is missing, unfinished, damaged or too large fails the task",
        arguments: [
            "", "-----BEGIN CONTINUO FILE a.block-----\nAAAA\n", "-----BEGIN CONTINUO FILE b.block-----\n",
            "-----BEGIN CONTINUO FILE a.block-----\nno base64!\n-----END CONTINUO FILE a.block-----\n",
            "-----BEGIN CONTINUO FILE a.block-----\n\(String(repeating: "AAAA", count: 180_000))\n-----END CONTINUO FILE a.block-----\n",
        ])
    func refused(_ output: String) {
        let error = #expect(throws: WorkError.self) { try given(output) }
        #expect(error?.code == .taskFailed && error?.disposition == .transient)
    }

    @Test func unknown() throws {
        let error = #expect(throws: WorkError.self) { try GivenFiles().content(of: TaskFile(task: "x", file: "y")) }
        #expect(error?.code == .badPlan)
    }
}

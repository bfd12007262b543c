import Blueprints
import Foundation
import Model
import Testing

@Suite struct HandbookTests {
    /// The handbook's example is read as it stands there, so that it can't grow old.
    @Test func theHandbooksBlueprintIsOne() throws {
        let page = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../ops/handbook/blueprints.md")
        let parts = try String(contentsOf: page, encoding: .utf8).components(separatedBy: "```")
        let yaml = try #require(parts.first { $0.hasPrefix("yaml\n") }?.dropFirst("yaml\n".count))
        let plan = try Blueprint(yaml: String(yaml)).render(parameters: .object(["size": .integer(3)]))
        #expect(plan.nodes.map(\.name) == ["server1", "server2", "server3"])
        #expect(plan.nodes[0].files[0].content == "password=${secret.password}\npeer=server2:8080\npeer=server3:8080\n")
        #expect(plan.certificates.count == 3 && plan.tasks.count == 2)
        #expect(Blueprint.problems(inYAML: String(yaml)) == [])
    }
}

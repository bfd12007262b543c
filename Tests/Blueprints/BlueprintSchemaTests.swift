import Embedded
import Model
import SchemaJudge
import Testing

@testable import Blueprints

@Suite("schemas/blueprint.json")
struct BlueprintSchemaTests {
    static let files = EmbeddedFile.below("schemas/blueprints").map(\.path)

    @Test("every blueprint is as the schema says, and has no mistakes", arguments: files)
    func valid(_ path: String) throws {
        let file = try #require(EmbeddedFile.named(path))
        #expect(try JSONSchema("blueprint").problems(of: Tree(yaml: file.text).value).isEmpty)
        #expect(Blueprint.problems(inYAML: file.text) == [])
    }

    static let broken = [
        "name: x", "name: X\nversion: 1\ntitle: t\ndescription: d\nnodes: []",
        "name: x\nversion: 1\ntitle: t\ndescription: d\nnodes: [{name: a, imag: i}]",
        "name: x\nversion: 1\ntitle: t\ndescription: d\nnodes: [{foreach: all, as: n, give: {name: a}}]",
        "name: x\nversion: 1\ntitle: t\ndescription: d\nnodes: [{name: a, image: i, files: [{path: a, mode: '0400'}]}]",
        "name: x\nversion: 1\ntitle: t\ndescription: d\nnodes: [{name: a, image: i, ports: [{name: p, container: 0, scheme: s}]}]",
    ]

    @Test("what is broken is not", arguments: broken)
    func invalid(_ yaml: String) throws {
        #expect(try !JSONSchema("blueprint").problems(of: Tree(yaml: yaml).value).isEmpty)
    }
}

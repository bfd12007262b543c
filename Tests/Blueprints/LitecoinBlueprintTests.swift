import Blueprints
import Foundation
import Model
import Testing

@Suite struct LitecoinBlueprintTests {
    private func blueprint() throws -> Blueprint {
        try #require(try BlueprintCatalogue.embedded().blueprint(named: "litecoin-regtest"))
    }

    @Test func theCatalogueKnowsIt() throws {
        let catalogue = try BlueprintCatalogue.embedded()
        #expect(catalogue.names.contains("litecoin-regtest"))
        #expect(catalogue.blueprint(named: "nobody") == nil)
    }

    /// Whole plans. After a wanted change of the blueprint, raise its version and make the files again, with
    /// `continuo-engine blueprint render schemas/blueprints/litecoin-regtest.yaml --set nodes=2`.
    @Test(arguments: [1, 2, 8])
    func plansAreAsOnFile(_ nodes: Int) throws {
        let plan = try blueprint().render(parameters: .object(["nodes": .integer(nodes)]))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let rendered = String(decoding: try encoder.encode(plan), as: UTF8.self) + "\n"
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Plans/litecoin-regtest-\(nodes).json")
        #expect(rendered == (try String(contentsOf: file, encoding: .utf8)))
    }

    @Test(arguments: 1...8)
    func everyNodeKnowsAllOthers(_ count: Int) throws {
        let plan = try blueprint().render(parameters: .object(["nodes": .integer(count)]))
        let names = plan.nodes.map(\.name)
        #expect(names == (1...count).map { "node\($0)" })
        for node in plan.nodes {
            let connects = node.files[0].content.split(separator: "\n").filter { $0.hasPrefix("connect=") }
            #expect(connects.map(String.init) == names.filter { $0 != node.name }.map { "connect=\($0):19444" })
        }
    }

    @Test func withoutParametersItHasFourNodes() throws {
        #expect(try blueprint().render(parameters: .null).nodes.count == 4)
        #expect(try blueprint().render(parameters: .object([:])).nodes.count == 4)
    }

    @Test func noSecretStandsInThePlan() throws {
        let plan = try blueprint().render(parameters: .null)
        #expect(plan.nodes.allSatisfy { $0.files[0].content.contains("rpcpassword=${secret.rpcPassword}\n") })
        #expect(plan.nodes.allSatisfy { $0.files[0].mode == 0o400 && $0.files[0].owner == 1000 })
    }

    @Test func itsParametersAreDescribed() throws {
        let parameter = try #require(try blueprint().parameters.first)
        let json = try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(parameter))
        #expect(
            json
                == .object([
                    "name": .string("nodes"), "type": .string("integer"), "minimum": .integer(1), "maximum": .integer(8),
                    "default": .integer(4), "description": .string(parameter.description),
                ]))
    }
}

import Blueprints
import Testing

@Suite("The catalogue")
struct CatalogueTests {
    private func yaml(_ name: String, image: String = "i") -> String {
        "name: \(name)\nversion: 1\ntitle: T\ndescription: D\nnodes: [{name: one, image: \(image)}]\n"
    }

    @Test("an operator's blueprints stand beside the built-in ones")
    func operators() throws {
        var catalogue = try BlueprintCatalogue.embedded()
        let built = catalogue.names
        try catalogue.add(yaml: yaml("besu"), from: "/etc/continuo/besu.yaml")
        #expect(catalogue.names == (built + ["besu"]).sorted())
        #expect(catalogue.blueprint(named: "besu")?.title == "T")
    }

    @Test("every built-in one can be read, and its file has its name")
    func builtIn() throws {
        let catalogue = try BlueprintCatalogue.embedded()
        #expect(!catalogue.names.isEmpty)
        for name in catalogue.names { #expect(catalogue.blueprint(named: name)?.name == name) }
    }

    @Test("a broken one is refused with its file, path and line; so is a second one of the same name")
    func refused() throws {
        var catalogue = try BlueprintCatalogue.embedded()
        let broken = #expect(throws: BlueprintError.self) {
            try catalogue.add(yaml: yaml("besu", image: "[]"), from: "besu.yaml")
        }
        #expect(broken?.description.hasPrefix("besu.yaml:5:21: nodes[0].image") == true, "\(broken?.description ?? "")")
        let twice = #expect(throws: BlueprintError.self) { try catalogue.add(yaml: yaml("litecoin-regtest"), from: "mine.yaml") }
        #expect(
            twice?.description
                == "mine.yaml: name (litecoin-regtest): is the name of a blueprint in litecoin-regtest.yaml already")
    }
}

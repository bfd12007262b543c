import Blueprints
import Model
import Testing

@Suite struct LitecoinBlueprintTests {
    @Test func theCatalogueKnowsIt() throws {
        let catalogue = try BlueprintCatalogue.embedded()
        #expect(catalogue.names.contains("litecoin-regtest"))
        #expect(catalogue.blueprint(named: "nobody") == nil)
    }
}

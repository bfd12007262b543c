import Embedded
import Foundation
import Testing

@Suite struct EmbeddedFileTests {
    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private static var filesBelowSchemas: [String] {
        let walk = FileManager.default.enumerator(atPath: root.appending(path: "schemas").path)
        let names = (walk?.allObjects as? [String]) ?? []
        return names.map { "schemas/" + $0 }.filter { path in
            var isFolder: ObjCBool = false
            let exists = FileManager.default.fileExists(atPath: root.appending(path: path).path, isDirectory: &isFolder)
            return exists && !isFolder.boolValue
        }.sorted()
    }

    @Test("Every file below schemas/ is embedded, unchanged; add the missing one to Sources/CEmbedded/embedded.c")
    func everySchemaIsEmbedded() throws {
        #expect(EmbeddedFile.all.map(\.path) == Self.filesBelowSchemas)
        for file in EmbeddedFile.all {
            let onDisk = try Data(contentsOf: Self.root.appending(path: file.path))
            #expect(Data(file.bytes) == onDisk, "\(file.path)")
        }
    }

    @Test func filesAreFoundByPathAndFolder() throws {
        let file = try #require(EmbeddedFile.named("schemas/blueprints/litecoin-regtest.yaml"))
        #expect(file.name == "litecoin-regtest.yaml")
        #expect(EmbeddedFile.below("schemas/blueprints").contains(file))
        #expect(EmbeddedFile.below("schemas/blue").isEmpty)
        #expect(EmbeddedFile.named("schemas/none") == nil)
    }
}

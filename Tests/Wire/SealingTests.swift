import Foundation
import Model
import Testing
import Wire

@Suite("Sealed secrets")
struct SealingTests {
    let key = SitePrivateKey.fresh()

    @Test("only the right key with the right bindings opens")
    func bindings() throws {
        let text = try Sealing.seal(Array("secret".utf8), to: key.publicKey, bindings: ["vault", "chain", "1"])
        #expect(!text.contains("secret"))
        #expect(try Sealing.open(text, with: key, bindings: ["vault", "chain", "1"]) == Array("secret".utf8))
        #expect(throws: WireError.unopenable) { try Sealing.open(text, with: key, bindings: ["vault", "chain", "2"]) }
        #expect(throws: WireError.unopenable) { try Sealing.open(text, with: key, bindings: ["vault", "chain1"]) }
        #expect(throws: WireError.unopenable) { try Sealing.open(text, with: .fresh(), bindings: ["vault", "chain", "1"]) }
    }

    @Test("a site file that takes the place of another opens what was sealed to both; alone it opens its own")
    func former() throws {
        let (installation, root) = (InstallationID.fresh(), RootKey.fresh())
        func rotated(_ file: SiteFile?) -> SiteFile {
            SiteFile(site: "north", installation: installation, root: root, former: file)
        }
        let first = rotated(nil)
        let text = try Sealing.seal(Array("secret".utf8), to: first.opener().publicKey, bindings: ["vault"])
        let third = try SiteFile(json: rotated(rotated(first)).json()).opener()
        #expect(try Sealing.open(text, with: third, bindings: ["vault"]) == Array("secret".utf8))
        #expect(throws: WireError.unopenable) { try Sealing.open(text, with: third, bindings: ["other"]) }
        #expect(throws: WireError.unopenable) { try Sealing.open(text, with: rotated(nil).opener(), bindings: ["vault"]) }
        let new = try Sealing.seal([1], to: third.publicKey, bindings: [])
        #expect(try Sealing.open(new, with: third, bindings: []) == [1])
        #expect(throws: WireError.unopenable) { try Sealing.open(new, with: first.opener(), bindings: []) }
    }

    @Test("damaged text does not open", arguments: ["", "1", "1..", "2.AA==.AA==", "1.AA==.AA==", "1.%.%"])
    func damaged(_ text: String) {
        #expect(throws: WireError.unopenable) { try Sealing.open(text, with: key, bindings: []) }
    }

    @Test("an answer is read by its asker alone, and for its query alone")
    func answer() throws {
        let query = UUID()
        let sealed = try SealedAnswer(Samples.answers[1], to: key.publicKey.base64, query: query)
        #expect(try sealed.open(with: key, query: query) == Samples.answers[1])
        #expect(throws: WireError.unopenable) { try sealed.open(with: key, query: UUID()) }
    }

    @Test("a site file reads back; one that others may read is refused; none shows its keys")
    func siteFile() throws {
        let file = SiteFile(site: "north", installation: .fresh(), root: .fresh(), privateKey: key)
        let path = FileManager.default.temporaryDirectory.appending(path: "continuo-site-\(UUID()).json").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(file.json()).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        #expect(try SiteFile(path: path).opener().publicKey.base64 == key.publicKey.base64)
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
        #expect { try SiteFile(path: path) } throws: { "\($0)".contains("0600") }
        #expect(throws: WireError.self) { try SiteFile(path: path + ".missing") }
        #expect(throws: WireError.self) { try SiteFile(json: Array("{}".utf8)) }
        var dumped = ""
        dump(file, to: &dumped)
        #expect("\(file)\(dumped)" == "site file of north- site file of north\n")
    }

    @Test("a root key reads back, and nothing else is one")
    func rootKey() throws {
        let key = RootKey.fresh()
        #expect(try RootKey(base64: key.base64).base64 == key.base64)
        #expect(throws: WireError.badKey) { try RootKey(base64: "AAAA") }
        #expect(throws: WireError.badKey) { try SitePublicKey(base64: "nonsense!") }
    }

    @Test("the digest depends on what is there, not on its order")
    func digest() {
        var chain = Samples.chain
        chain.nodes.append(ObservedNode(name: "two", state: .running))
        let other = ObservedChain(id: .fresh(), nodes: [], sequence: 1)
        let digest = ObservationDigest.text(HostObservation(chains: [chain, other]))
        var turned = chain
        turned.nodes.reverse()
        #expect(ObservationDigest.text(HostObservation(chains: [other, turned])) == digest)
        turned.nodes[0].state = .exited
        #expect(ObservationDigest.text(HostObservation(chains: [other, turned])) != digest)
        #expect(digest.count == 64)
    }
}

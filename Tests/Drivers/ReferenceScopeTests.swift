import Drivers
import Model
import Testing

@Suite("References in what anybody can read")
struct ReferenceScopeTests {
    private var references: References {
        let work = ChainWork(
            id: .fresh(),
            plan: Plan(
                blueprint: BlueprintReference(name: "test", version: 1),
                nodes: [
                    PlannedNode(name: "one", image: "i", ports: [PlannedPort(name: "rpc", container: 1, scheme: "http")])
                ]),
            desired: Desired(), subnet: "10.201.0.0/26", ports: [PortAssignment(node: "one", name: "rpc", port: 20_000)],
            sequence: 1)
        let host = HostTarget(id: .fresh(), driver: .docker, endpoint: "unix:///x", address: "10.0.0.9")
        let credential = Vault.Credential(certificate: "cert", key: "key", expiresAt: 1)
        return References(
            work, on: host,
            vault: Vault(secrets: ["token": "hidden"], authorities: ["ca": credential], certificates: ["one": credential]))
    }

    @Test("addresses and endpoints are resolved, other people's references left")
    func open() throws {
        let text = try references.resolvePublic("${host.address} ${endpoint.one.rpc.url} ${HOME} $x")
        #expect(text == "10.0.0.9 http://10.0.0.9:20000 ${HOME} $x")
    }

    @Test(
        "nothing of the vault gets in",
        arguments: ["${secret.token}", "${identity.one.key}", "${identity.one.certificate}", "${authority.ca.certificate}"])
    func closed(_ text: String) throws {
        let error = #expect(throws: WorkError.self) { try references.resolvePublic("a \(text)") }
        #expect(error?.code == .badPlan && error?.message.contains("hidden") == false)
        let inFile = try references.resolve(text)
        #expect(!inFile.isEmpty)
    }

    @Test("a file is its content, or what a task gave")
    func files() throws {
        var given = GivenFiles()
        let task = PlannedTask(name: "t", image: "i", stage: .before, gives: ["f"])
        try given.take(Array("-----BEGIN CONTINUO FILE f-----\nAQID\n-----END CONTINUO FILE f-----".utf8), of: task)
        let plain = PlannedFile(path: "/a", content: "${secret.token}", mode: 0o400)
        let content = try references.content(of: plain, given: given)
        #expect(content == Array("hidden".utf8))
        let handed = PlannedFile(path: "/b", given: TaskFile(task: "t", file: "f"), mode: 0o444)
        let block = try references.content(of: handed, given: given)
        #expect(block == [1, 2, 3])
    }
}

import DockerSupport
import Drivers
import Model
import Testing

/// What a plan says is in the nodes, and what may not be seen is seen nowhere else.
@Suite("Every driver: what is delivered", .serialized)
struct DeliveryTests {
    @Test(arguments: Kind.allCases)
    func filesSecretsAndCertificatesLieWhereThePlanSays(_ kind: Kind) async throws {
        try await Subject.of(kind) { subject in
            let work = SampleChain.work(SampleChain.rich())
            let node = try await subject.converge(work).nodes[0]
            let vault = try #require(try await subject.vault(of: work))
            let identity = try #require(vault.certificates["node1"])
            func file(_ name: String) async throws -> InnerFile {
                try await subject.insight.file("/etc/sample/" + name, in: node, of: work)
            }
            let token = try #require(vault.secrets["token"])
            #expect(try await file("token") == InnerFile(content: "token=\(token)\n", mode: 0o400, owner: 0, group: 0))
            #expect(try await file("key.pem") == InnerFile(content: identity.key, mode: 0o400, owner: 0, group: 0))
            #expect(try await file("cert.pem").content == identity.certificate)
            #expect(try await file("ca.pem").content == vault.authorities["ca"]?.certificate)
            let place = "\(subject.host.address) http://\(node.address ?? subject.host.address):\(work.ports[0].port)\n"
            let owner = subject.ownsFiles ? 1000 : 0
            #expect(try await file("where") == InnerFile(content: place, mode: 0o444, owner: owner, group: owner))
            try await subject.converge(work.absent)
        }
    }

    @Test(arguments: Kind.allCases)
    func aChainSaysWhenTheFirstOfItsCertificatesExpires(_ kind: Kind) async throws {
        try await Subject.of(kind) { subject in
            let work = SampleChain.work(SampleChain.rich(nodes: 1))
            let made = try await subject.converge(work)
            let vault = try #require(try await subject.vault(of: work))
            #expect(made.certificatesExpireAt != nil && made.certificatesExpireAt == vault.certificatesExpireAt)
            #expect(try await subject.observed(work.id)?.certificatesExpireAt == made.certificatesExpireAt)
            try await subject.converge(work.absent)
        }
    }

    @Test(arguments: Kind.allCases)
    func nodesFindOneAnotherByAllTheirNames(_ kind: Kind) async throws {
        try await Subject.of(kind) { subject in
            let work = SampleChain.work(SampleChain.rich())
            let nodes = try await subject.converge(work).nodes
            for name in ["node1", "node1.sample.example"] {
                for node in nodes { #expect(try await subject.insight.finds(name, in: node, of: work), "\(name)") }
            }
            #expect(try await !subject.insight.finds("nobody.sample.example", in: nodes[0], of: work))
            try await subject.converge(work.absent)
        }
    }

    @Test(arguments: Kind.allCases)
    func onlyPublishedPortsAreSeen(_ kind: Kind) async throws {
        try await Subject.of(kind) { subject in
            let work = SampleChain.work(SampleChain.rich(nodes: 1))
            #expect(try await subject.converge(work).nodes[0].ports.map(\.name) == ["rpc"])
            try await subject.converge(work.absent)
        }
    }

    @Test(arguments: Kind.allCases)
    func aSecretInACommandIsRefused(_ kind: Kind) async throws {
        try await Subject.of(kind) { subject in
            var plan = SampleChain.plan(nodes: 1)
            plan.nodes[0].command.append("${secret.token}")
            let work = SampleChain.work(plan)
            let error = await #expect(throws: WorkError.self) { try await subject.converge(work) }
            #expect(error?.code == .badPlan && error?.disposition == .terminal)
            try await subject.converge(work.absent)
        }
    }
}

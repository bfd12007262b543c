import Model
import Testing
import Wire

@Suite("Which schema a command is written in")
struct SchemaChoiceTests {
    static let plain = Samples.command(.converge(Samples.work))

    @Test("a plan as of schema 1 needs no other")
    func plain() {
        #expect(Self.plain.neededSchema == 1)
        #expect(Samples.command(.probe).neededSchema == 1)
    }

    @Test("whatever a reader of schema 1 would pass over needs schema 2", arguments: Addition.allCases)
    func needed(_ addition: Addition) {
        #expect(addition.made(to: Self.plain).neededSchema == 2)
    }

    @Test(
        "the highest that all agents read, and what is needed at least",
        arguments: [
            (needed: 1, agents: [[Int]](), chosen: 1), (1, [[1]], 1), (1, [[1, 2]], 2), (1, [[1, 2], [1]], 1),
            (1, [[1, 2, 3], [2, 3]], 2), (1, [[3]], 1), (2, [], 2), (2, [[1]], 2), (2, [[1, 2], [1]], 2),
        ])
    func chosen(needed: Int, agents: [[Int]], chosen: Int) {
        let command = needed == 1 ? Self.plain : Addition.task.made(to: Self.plain)
        #expect(command.schema(readBy: agents) == chosen)
    }

    /// All that schema 2 added to commands.
    enum Addition: CaseIterable {
        case settings, authority, certificate, task, names, unpublished, volumeSize, given, tcp, http, hostAddress, identity,
            endpointInFile

        func made(to command: Command) -> Command {
            var command = command
            guard case .converge(var work) = command.work else { return command }
            change(&work.plan, &command.host)
            command.work = .converge(work)
            return command
        }

        private func change(_ plan: inout Plan, _ host: inout HostTarget) {
            let subject = PlannedSubject(commonName: "x")
            switch self {
            case .settings: host.settings.logDriver = "journald"
            case .authority: plan.authorities = [PlannedAuthority(name: "ca", subject: subject, days: 1)]
            case .certificate:
                plan.certificates = [
                    PlannedCertificate(name: "a", authority: "ca", subject: subject, purposes: [.server], days: 1)
                ]
            case .task: plan.tasks = [PlannedTask(name: "t", image: "i", stage: .before)]
            case .names: plan.nodes[0].names = ["one.example"]
            case .unpublished: plan.nodes[0].ports[0].published = false
            case .volumeSize: plan.nodes[0].volumes[0].sizeBytes = 1
            case .given: plan.nodes[0].files[0].given = TaskFile(task: "t", file: "f")
            case .tcp: plan.nodes[0].probe = PlannedProbe(.tcp(port: 1), interval: 1, timeout: 1, grace: 1)
            case .http:
                plan.nodes[0].probe = PlannedProbe(.http(HTTPProbe(port: 1, path: "/")), interval: 1, timeout: 1, grace: 1)
            case .hostAddress: plan.nodes[0].environment["A"] = "http://${host.address}"
            case .identity: plan.connection[0].content = "${identity.a.key}"
            case .endpointInFile: plan.nodes[0].files[0].content = "${endpoint.one.rpc.url}"
            }
        }
    }
}

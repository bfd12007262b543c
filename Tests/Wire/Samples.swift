import Model
import Wire

/// One of every message, with every optional member there.
enum Samples {
    static let host = HostTarget(
        id: .fresh(), driver: .docker, endpoint: "tcp://10.0.0.1:2376", address: "10.0.0.1", insecure: true,
        sealedCredentials: "1.a.b",
        settings: HostSettings(
            logDriver: "journald", logOptions: ["tag": "x"], ephemeralVolumes: true, storageClass: "fast"))

    static let plainHost = HostTarget(id: .fresh(), driver: .docker, endpoint: "unix:///docker.sock", address: "10.0.0.1")

    static let plan = Plan(
        blueprint: BlueprintReference(name: "sample", version: 1), secrets: [PlannedSecret(name: "rpc", length: 32)],
        nodes: [
            PlannedNode(
                name: "one", image: "image:1", command: ["run"], environment: ["A": "b"], user: "1000:1000",
                ports: [PlannedPort(name: "rpc", container: 18443, scheme: "http")],
                volumes: [PlannedVolume(name: "data", path: "/data")],
                files: [PlannedFile(path: "/etc/conf", content: "key=${secret.rpc}", mode: 0o400)],
                probe: PlannedProbe(command: ["true"], interval: 5, timeout: 2, grace: 10),
                resources: PlannedResources(cpus: 0.5, memoryBytes: 1 << 28)),
            PlannedNode(name: "two", image: "image:1"),
        ],
        connection: [ConnectionFile(name: "client.conf", mediaType: "text/plain", content: "${endpoint.one.rpc.url}")])

    private static let subject = PlannedSubject(
        commonName: "x", organization: "o", units: ["u"], country: "DE", province: "p", locality: "l")

    /// With every member that schema 2 brought.
    static let fullPlan = Plan(
        blueprint: BlueprintReference(name: "sample", version: 1), secrets: [PlannedSecret(name: "rpc", length: 32)],
        authorities: [PlannedAuthority(name: "ca", subject: subject, days: 30)],
        certificates: [
            PlannedCertificate(name: "one", authority: "ca", subject: subject, names: ["one.x"], purposes: [.server], days: 20)
        ],
        nodes: [
            PlannedNode(
                name: "one", names: ["one.x"], image: "image:1", command: ["run"], environment: ["A": "b"], user: "1000:1000",
                ports: [
                    PlannedPort(name: "rpc", container: 18443, scheme: "http"),
                    PlannedPort(name: "gossip", container: 18444, scheme: "tcp", published: false),
                ],
                volumes: [PlannedVolume(name: "data", path: "/data", sizeBytes: 1 << 30)],
                files: [
                    PlannedFile(path: "/etc/conf", content: "key=${secret.rpc}", mode: 0o400),
                    PlannedFile(path: "/etc/block", given: TaskFile(task: "genesis", file: "block"), mode: 0o444),
                ],
                probe: PlannedProbe(command: ["true"], interval: 5, timeout: 2, grace: 10),
                resources: PlannedResources(cpus: 0.5, memoryBytes: 1 << 28)),
            PlannedNode(name: "two", image: "image:1", probe: PlannedProbe(.tcp(port: 1), interval: 5, timeout: 2, grace: 10)),
            PlannedNode(
                name: "three", image: "image:1",
                probe: PlannedProbe(.http(HTTPProbe(port: 1, path: "/")), interval: 5, timeout: 2, grace: 10)),
        ],
        tasks: [
            PlannedTask(
                name: "genesis", image: "image:1", command: ["make"], environment: ["A": "b"], user: "1000",
                files: [PlannedFile(path: "/etc/in", content: "x", mode: 0o444)], stage: .before, gives: ["block"],
                resources: PlannedResources(cpus: 1)),
            PlannedTask(name: "join", image: "image:1", stage: .after, needs: ["other"]),
        ],
        connection: [ConnectionFile(name: "client.conf", mediaType: "text/plain", content: "${endpoint.one.rpc.url}")])

    static let work = ChainWork(
        id: .fresh(), plan: plan, desired: Desired(nodes: ["two": DesiredNode(power: .stopped, restarts: 1)]),
        subnet: "10.201.0.0/28", ports: [PortAssignment(node: "one", name: "rpc", port: 20_000)], sequence: 4)

    static let fullWork = ChainWork(
        id: .fresh(), plan: fullPlan, desired: Desired(), subnet: "10.201.0.0/28", ports: work.ports, sequence: 4)

    static func command(_ work: Command.Work, on host: HostTarget = plainHost) -> Command {
        Command(operation: .fresh(), sequence: 4, kind: .create, attempt: .fresh(), attemptNumber: 1, host: host, work: work)
    }

    static let commands: [Command] = [
        command(.probe, on: host), command(.probe), command(.cleanse), command(.converge(work)), command(.converge(fullWork)),
        command(.remove([ObjectReference(kind: .volume, id: "v1")])),
    ]

    static let error = WorkError(
        .transient, .portTaken, "the port is taken", node: "one", log: "last line", value: "20000", notBefore: 5)

    static let chain = ObservedChain(
        id: work.id,
        nodes: [
            ObservedNode(
                name: "one", state: .running, health: .healthy, ports: work.ports, object: "c1", detail: "none",
                machine: "m1", address: "10.0.0.2")
        ],
        sequence: 4, objects: [ObjectReference(kind: .network, id: "n1")], certificatesExpireAt: 1_900_000_000)

    static let attempt = Report.AttemptReference(operation: .fresh(), attempt: .fresh(), host: .fresh(), agent: .fresh())

    static func observation(_ result: Report.Observation.Result) -> Report {
        .observation(Report.Observation(host: .fresh(), number: 3, asOf: 4, result: result))
    }

    static let reports: [Report] = [
        .heartbeat(
            AgentPresence(
                id: .fresh(), name: "machine/1", site: "default", driver: .memory, version: "0.1", schemas: [1],
                working: [.fresh()])),
        .started(attempt),
        .progress(attempt, Progress(done: 1, total: 2, step: "starting one")),
        .outcome(
            attempt,
            .probed(
                HostFacts(
                    version: "20.10", apiVersion: "1.41", operatingSystem: "Debian 12", architecture: "x86_64", cpus: 2,
                    memoryBytes: 1, machines: 3))
        ),
        .outcome(attempt, .cleansed),
        .outcome(attempt, .converged(chain)),
        .outcome(attempt, .failed(error)),
        .again(attempt, .redelivered),
        .again(attempt, .givenBack),
        observation(.seen(HostObservation(chains: [chain]))),
        observation(.unchanged),
        observation(.failed(error)),
    ]

    static let answers: [Answer] = [
        .failed(error),
        .log(LogPiece(lines: [LogPiece.Line(time: "2026-01-01T00:00:00.000000001Z", text: "x")], cursor: "c")),
        .connection(
            Answer.Connection(
                nodes: [
                    Answer.Connection.Node(
                        name: "one",
                        endpoints: [Answer.Connection.Endpoint(name: "rpc", host: "h", port: 20_000, url: "http://h:20000")])
                ],
                files: [Answer.Connection.File(name: "f", mediaType: "text/plain", content: "x")])),
    ]

    static let observe = ObserveRequest(host: host, number: 3, asOf: 4, digest: "", hold: 45.5)

    static let queries: [Query] = [
        .connection(work), .log(LogRequest(chain: work.id, node: "one", cursor: "c", tail: 5, wait: 2.5)),
    ].map { Query(host: host, replyKey: SitePrivateKey.fresh().publicKey.base64, ask: $0) }
}

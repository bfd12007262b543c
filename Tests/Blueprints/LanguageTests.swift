import Blueprints
import Model
import Testing

@Suite("The whole language")
struct LanguageTests {
    private static let yaml = """
        name: sample
        version: 1
        title: Sample
        description: For tests
        parameters:
          - {name: open, type: boolean, default: false, description: Any}
          - {name: size, type: integer, choices: [1, 3], default: 1, description: Any}
          - {name: domain, type: string, pattern: "[a-z]+(\\\\.[a-z]+)*", maximum: 20, default: example.com, description: Any}
        secrets: [{name: key, length: 20}]
        authorities:
          - {name: ca, days: 100, subject: {commonName: "ca.{{domain}}", organization: "{{domain}}", country: US, province: P, locality: L}}
        certificates:
          - {name: one, authority: ca, days: 10, subject: {commonName: one, units: [peer]}, purposes: [server, client],
             names: ["one.{{domain}}", "${host.address}", 10.0.0.1]}
          - {name: admin, authority: ca, days: 100, subject: {commonName: admin}}
        nodes:
          - name: one
            names: ["one.{{domain}}"]
            image: some/image:1
            command: [run, "--host=${host.address}", "--url=${endpoint.one.rpc.url}"]
            environment: {HOST: "${endpoint.two.rpc.host}"}
            ports:
              - {name: rpc, container: 80, scheme: https}
              - {name: operations, container: 9443, scheme: http, published: "{{open}}"}
            volumes: [{name: data, path: /data, sizeBytes: 2097152}]
            files:
              - {path: /etc/key, mode: "0400", content: "${identity.one.key}${secret.key}"}
              - {path: /etc/block, mode: "0444", given: {task: make, file: genesis.block}}
              - {path: /etc/x.json, mode: "0444", json: {host: "${host.address}"}}
            probe: {http: {port: 9443, path: /healthz}, interval: 1, timeout: 2, grace: 3}
          - {name: two, image: i, user: 1000, ports: [{name: rpc, container: 80, scheme: http}], probe: {tcp: 80, interval: 1, timeout: 2, grace: 3}}
        tasks:
          - {name: make, image: tools, stage: before, gives: [genesis.block], command: [make]}
          - {name: copy, image: tools, stage: before, needs: [make], timeout: 900,
             files: [{path: /block, mode: "0444", given: {task: make, file: genesis.block}}]}
          - {name: join, image: tools, stage: after, environment: {A: 1}, resources: {cpus: 1},
             files: [{path: /block, mode: "0444", given: {task: make, file: genesis.block}},
                     {path: /admin.pem, mode: "0400", content: "${identity.admin.key}"}]}
        connection:
          - {name: one/ca.pem, mediaType: application/x-pem-file, content: "${authority.ca.certificate}"}
          - {name: c.json, mediaType: application/json, json: {ca: "${authority.ca.certificate}", url: "${endpoint.one.rpc.url}"}}
        """

    @Test("everything is read into the plan")
    func plan() throws {
        let plan = try Blueprint(yaml: Self.yaml).render(parameters: .null)
        #expect(
            plan.authorities == [
                PlannedAuthority(
                    name: "ca",
                    subject: PlannedSubject(
                        commonName: "ca.example.com", organization: "example.com", country: "US", province: "P", locality: "L"),
                    days: 100)
            ])
        #expect(
            plan.certificates == [
                PlannedCertificate(
                    name: "one", authority: "ca", subject: PlannedSubject(commonName: "one", units: ["peer"]),
                    names: ["one.example.com", "${host.address}", "10.0.0.1"], purposes: [.server, .client], days: 10),
                PlannedCertificate(name: "admin", authority: "ca", subject: PlannedSubject(commonName: "admin"), days: 100),
            ])
        let one = plan.nodes[0]
        #expect(one.names == ["one.example.com"] && one.publishedPorts.map(\.name) == ["rpc"])
        #expect(one.volumes == [PlannedVolume(name: "data", path: "/data", sizeBytes: 2_097_152)])
        #expect(
            one.files[1] == PlannedFile(path: "/etc/block", given: TaskFile(task: "make", file: "genesis.block"), mode: 0o444))
        #expect(one.probe?.check == .http(HTTPProbe(port: 9443, path: "/healthz")))
        #expect(plan.nodes[1].probe?.check == .tcp(port: 80) && plan.nodes[1].user == "1000")
        #expect(plan.tasks.map(\.name) == ["make", "copy", "join"] && plan.tasks.map(\.stage) == [.before, .before, .after])
        #expect(plan.tasks.map(\.timeout) == [120, 900, 120] && plan.tasks[1].needs == ["make"])
        #expect(plan.tasks[2].environment == ["A": "1"] && plan.tasks[2].resources == PlannedResources(cpus: 1))
        #expect(plan.connection.map(\.name) == ["one/ca.pem", "c.json"])
        #expect(Blueprint.problems(inYAML: Self.yaml).isEmpty)
    }

    @Test("parameters have choices and patterns, which whole texts match")
    func parameters() throws {
        let blueprint = try Blueprint(yaml: Self.yaml)
        let open = try blueprint.render(parameters: .object(["open": .bool(true)]))
        #expect(open.nodes[0].publishedPorts.count == 2)
        let given = JSONValue.object(["size": .integer(2), "domain": .string("a.b1")])
        let error = #expect(throws: BlueprintError.self) { try blueprint.render(parameters: given) }
        #expect(error?.problems.map(\.rule) == ["must be one of 1, 3", "must match [a-z]+(\\.[a-z]+)*"])
        let texts = blueprint.parameters(named: [("size", "3"), ("open", "true"), ("domain", "a"), ("x", "1"), ("size", "y")])
        #expect(
            texts == .object(["size": .string("y"), "open": .bool(true), "domain": .string("a"), "x": .string("1")]))
    }

    /// One change each, and what is said about it.
    static let mistakes: [(old: String, new: String, path: String, rule: String)] = [
        ("days: 10,", "days: 101,", "certificates[0].days", "must be at most 100, the authority's days"),
        ("one, authority: ca", "one, authority: cb", "certificates[0].authority", "is no authority of the plan"),
        ("commonName: one,", "commonName: '${host.address}',", "certificates[0].subject.commonName", "must have at most 64"),
        ("country: US", "country: USA", "authorities[0].subject.country", "must be a country's two capital letters"),
        ("10.0.0.1]", "'${secret.key}']", "certificates[0].names[2]", "must be a DNS name"),
        (
            "names: [\"one.{{domain}}\"]\n", "names: [two]\n", "nodes[0].names[0]",
            "a name of a node or task must be there only once"
        ),
        ("{name: copy,", "{name: two,", "tasks[1].name", "a name of a node or task must be there only once"),
        ("http: {port: 9443,", "http: {port: 9444,", "nodes[0].probe.http.port", "is no container port of the node"),
        ("{tcp: 80, interval", "{tcp: 80, command: [x], interval", "nodes[1].probe", "must have one of command, tcp and http"),
        ("needs: [make]", "needs: [mike]", "tasks[1].needs[0]", "is no task of the plan"),
        ("needs: [make]", "needs: [join]", "tasks[1].needs[0]", "is a task of another stage"),
        ("gives: [genesis.block],", "gives: [genesis.block], needs: [copy],", "tasks[0].needs", "tasks must not need each other"),
        ("needs: [make], ", "", "tasks[1].files[0].given", "is given by a task that copy does not need"),
        ("gives: [genesis.block]", "gives: [x]", "nodes[0].files[1].given.file", "is no file that the task make gives"),
        (
            "{task: make, file: genesis.block}}\n      -", "{task: join, file: y}}\n      -", "nodes[0].files[1].given.file",
            "is no file that"
        ),
        ("stage: before, gives", "stage: after, gives", "nodes[0].files[1].given", "is given by a task that runs after"),
        (
            "\"--url=${endpoint.one.rpc.url}\"", "\"${endpoint.one.operations.url}\"", "nodes[0].command[2]",
            "refers to a port that is not"
        ),
        ("${endpoint.two.rpc.host}", "${endpoint.three.rpc.host}", "nodes[0].environment.HOST", "refers to no endpoint"),
        ("${endpoint.two.rpc.host}", "${endpoint.two.rpc}", "nodes[0].environment.HOST", "must be ${endpoint.NODE.PORT.host}"),
        (
            "HOST: \"${endpoint.two.rpc.host}\"", "HOST: \"${identity.one.key}\"", "nodes[0].environment.HOST",
            "may stand in files alone"
        ),
        ("--host=${host.address}", "${host.name}", "nodes[0].command[1]", "is unknown; of the host there is"),
        ("${identity.admin.key}", "${identity.nobody.key}", "tasks[2].files[1].content", "refers to no certificate"),
        ("${identity.admin.key}", "${identity.admin.name}", "tasks[2].files[1].content", "must be ${identity.NAME.certificate}"),
        (
            "\"${authority.ca.certificate}\"}\n", "\"${authority.ca.key}\"}\n", "connection[0].content",
            "must be ${identity.NAME.certificate}"
        ),
        (
            "json: {host: \"${host.address}\"}", "json: {host: \"${identity.one.key}\"}", "nodes[0].files[2].json.host",
            "has several lines"
        ),
        ("one/ca.pem", "../ca.pem", "connection[0].name", "must be a file's name, or a path that goes down"),
        ("application/json, json", "text/plain, json", "connection[1].mediaType", "must be application/json"),
        ("/etc/block, mode", "/etc/key/block, mode", "nodes[0].files[1].path", "lies below another file"),
        ("user: 1000", "user: me", "nodes[1].user", "must be uid or uid:gid"),
        ("image: some/image:1", "image: 'a b'", "nodes[0].image", "must be an image"),
        ("sizeBytes: 2097152", "sizeBytes: 1", "nodes[0].volumes[0].sizeBytes", "must be an integer, 1048576 to"),
        ("timeout: 900", "timeout: 901", "tasks[1].timeout", "must be an integer, 1 to 900"),
        ("published: \"{{open}}\"", "published: yes please", "nodes[0].ports[1].published", "must be true or false"),
        ("choices: [1, 3]", "choices: [3]", "parameters[1].default", "must be one of 3"),
        ("pattern: \"[a-z]+(", "pattern: \"[a-z]+((", "parameters[2].pattern", "must be a regular expression"),
        ("{A: 1}", "{\"A B\": 1}", "tasks[2].environment.A B", "must be a letter or _"),
    ]

    @Test("each mistake is said with its path and its line", arguments: mistakes)
    func mistake(_ old: String, _ new: String, _ path: String, _ rule: String) throws {
        let range = try #require(Self.yaml.firstRange(of: old))
        var yaml = Self.yaml
        yaml.replaceSubrange(range, with: new)
        let problems = Blueprint.problems(inYAML: yaml)
        let problem = try #require(
            problems.first { $0.path == path && $0.rule.hasPrefix(rule) }, "\(problems.map(\.description))")
        let line = try #require(problem.line)
        let lines = yaml.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.indices.contains(line - 1))
        #expect(throws: BlueprintError.self) { try Blueprint(yaml: yaml) }
    }

    @Test("all mistakes are told at once, in the order of their lines, each at its place")
    func together() throws {
        let yaml = """
            name: Sample
            version: 1
            title: Sample
            description: For tests
            colour: red
            secrets:
              - {name: key, length: 1}
            nodes:
              - name: one
                image: i
                command: ["{{nobody}}", "${secret.key}"]
                volumes:
                  - {name: data}
                probe:
                  interval: 0
                  timeout: 1
                  grace: 1
            connection:
              - name: c
                mediaType: text/plain
                lines:
                  - fine
                  - "${endpoint.one.rpc.url}"
            """
        let problems = Blueprint.problems(inYAML: yaml)
        #expect(
            problems.map { "\($0.line ?? 0) \($0.path)" } == [
                "1 name", "5 colour", "7 secrets[0].length", "11 nodes[0].command[0]", "11 nodes[0].command[1]",
                "13 nodes[0].volumes[0].path", "14 nodes[0].probe", "15 nodes[0].probe.interval", "23 connection[0].lines[1]",
            ])
        #expect(problems[0].description == "1:7: name (Sample): \(problems[0].rule)")
        let error = BlueprintError(problems).in(file: "x.yaml")
        #expect(error.problems[2].description == "x.yaml:7:25: secrets[0].length (1): must be an integer, 16 to 128")
    }

    @Test("a blueprint is tried with the bounds of its parameters too")
    func corners() throws {
        let yaml = """
            name: sample
            version: 1
            title: Sample
            description: For tests
            parameters:
              - {name: a, type: integer, minimum: 1, maximum: 8, default: 1, description: Any}
              - {name: b, type: integer, minimum: 1, maximum: 8, default: 1, description: Any}
            lists: [{name: hosts, items: [{count: "{{a}}", as: x, give: [{count: "{{b}}", as: y, give: "n{{x}}-{{y}}"}]}]}]
            nodes: [{foreach: hosts, as: host, give: {name: "{{host}}", image: i}}]
            """
        #expect(throws: Never.self) { try Blueprint(yaml: yaml) }
        let problems = Blueprint.problems(inYAML: yaml)
        #expect(problems.map(\.rule) == ["nodes and tasks must together be at most 61 (with a = 8, b = 8)"])
        #expect(problems.map(\.value) == ["64"])
    }

    static let noYAML: [(yaml: String, line: Int?, rule: String)] = [
        ("a: [", 1, "is no YAML"), ("name: x\nversion: 1\nname: y", 1, "is a key that stands there twice"),
        ("1: x", 1, "has a key that is no text"), ("name: 2001-01-01", 1, "is of a kind that blueprints don't have"),
        ("- x", 1, "must be a mapping"), (String(repeating: "[", count: 60), 1, ""),
        ("name: " + String(repeating: "x", count: 300_000), nil, "must have at most 256 KiB"),
    ]

    @Test("what is no YAML is said with its line", arguments: noYAML)
    func noBlueprint(_ yaml: String, _ line: Int?, _ rule: String) {
        let problem = Blueprint.problems(inYAML: yaml).first
        #expect(problem?.rule.hasPrefix(rule) == true, "\(problem?.description ?? "none")")
        #expect(line == nil || problem?.line != nil)
    }
}

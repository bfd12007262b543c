import Blueprints
import Model
import Testing

@Suite struct TemplateTests {
    /// A blueprint around what is to be tested: the members of its one entry of `nodes`, and its connection files.
    private func plan(node: String, count: Int = 3, connection: String = "[]") throws(BlueprintError) -> Plan {
        try Blueprint(
            yaml: """
                name: sample
                version: 1
                title: Sample
                description: For tests
                parameters: [{name: size, type: integer, default: 7, description: Any}]
                secrets: [{name: key, length: 20}]
                nodes:
                  - {name: "n{{index}}", count: \(count), image: some/image, \(node)}
                connection: \(connection)
                """
        ).render(parameters: .null)
    }

    @Test func listsAreSpreadOutWithOneItemForEachNode() throws {
        let plan = try plan(
            node: #"command: [a, {foreach: others, as: peer, give: "{{name}}->{{peer.name}}/{{peer.index}}"}, z]"#)
        #expect(plan.nodes[1].command == ["a", "n2->n1/1", "n2->n3/3", "z"])
        #expect(try self.plan(node: "command: [{foreach: others, as: o, give: x}]", count: 1).nodes[0].command.isEmpty)
    }

    @Test func aLoneReferenceKeepsItsType() throws {
        let node = #"ports: [{name: p, container: "{{size}}", scheme: http}], command: ["{{size}}", "{{ others.count }}"]"#
        let plan = try plan(node: node)
        #expect(plan.nodes[0].ports[0].container == 7)
        #expect(plan.nodes[0].command == ["7", "2"])
    }

    @Test func linesBecomeAFileAndATreeBecomesJSON() throws {
        let plan = try plan(
            node:
                #"ports: [{name: p, container: 1, scheme: http}], files: [{path: /a/b, mode: "0640", lines: [x, "${secret.key}"]}]"#,
            count: 1,
            connection: #"""
                [{name: c.json, mediaType: application/json,
                  json: {all: [{foreach: all, as: n, give: "${endpoint.{{n.name}}.p.url}"}], size: "{{size}}"}}]
                """#)
        let file = plan.nodes[0].files[0]
        #expect(file == PlannedFile(path: "/a/b", content: "x\n${secret.key}\n", mode: 0o640))
        #expect(plan.connection[0].content == "{\n  \"all\" : [\n    \"${endpoint.n1.p.url}\"\n  ],\n  \"size\" : 7\n}\n")
    }

    static let broken: [(node: String, path: String, rule: String)] = [
        ("imag: x", "nodes[0].imag", "is unknown"),
        (#"command: ["{{nobody}}"]"#, "nodes[0].command[0]", "refers to nobody, which is unknown here"),
        (#"command: ["{{size"]"#, "nodes[0].command[0]", "has {{ without }}"),
        (#"command: ["a {{others}}"]"#, "nodes[0].command[0]", "others is no text or number"),
        ("command: [{foreach: size, as: x, give: y}]", "nodes[0].command[0].foreach", "must name a list"),
        ("command: [{foreach: all, as: size, give: y}]", "nodes[0].command[0].as", "has a meaning here already"),
        ("command: [{foreach: all, as: x, given: y}]", "nodes[0].command[0].given", "is unknown"),
        ("ports: [{name: p, container: 70000, scheme: http}]", "nodes[0].ports[0].container", "must be an integer, 1 to 65535"),
        ("files: [{path: etc/x, mode: '0400', content: x}]", "nodes[0].files[0].path", "must be an absolute path"),
        ("files: [{path: /a/../b, mode: '0400', content: x}]", "nodes[0].files[0].path", "must be an absolute path"),
        ("files: [{path: /a, mode: 400, content: x}]", "nodes[0].files[0].mode", "must be four octal digits in quotes"),
        ("files: [{path: /a, mode: '0400'}]", "nodes[0].files[0]", "must have one of content, lines, json, given"),
        (
            "files: [{path: /a, mode: '0400', content: '${secret.other}'}]", "nodes[0].files[0].content",
            "refers to no secret of the plan"
        ),
        ("environment: {A: '${secret.key}'}", "nodes[0].environment.A", "may stand in files alone"),
        ("probe: {command: [], interval: 1, timeout: 1, grace: 0}", "nodes[0].probe.command", "must be a command"),
        ("resources: {memoryBytes: 1}", "nodes[0].resources.memoryBytes", "must be an integer"),
        (
            "volumes: [{name: a, path: /x}, {name: a, path: /y}]", "nodes[0].volumes[1].name",
            "a volume's name must be there only once"
        ),
    ]

    @Test(arguments: broken)
    func whatIsBrokenIsSaidWithItsPlace(_ node: String, _ path: String, _ rule: String) throws {
        let error = #expect(throws: BlueprintError.self) { try plan(node: node) }
        let problem = try #require(error?.problems.first { $0.path == path }, "\(error?.description ?? "")")
        #expect(problem.rule.hasPrefix(rule), "\(problem.rule)")
    }

    @Test func connectionFilesReferToEndpointsThatExist() throws {
        let error = #expect(throws: BlueprintError.self) {
            try plan(node: "command: [x]", connection: "[{name: c, mediaType: text/plain, content: '${endpoint.n1.rpc.url}'}]")
        }
        #expect(error?.problems.first?.path == "connection[0].content")
    }

    @Test func nodesHaveNamesOfTheirOwn() throws {
        let yaml = """
            name: sample
            version: 1
            title: Sample
            description: For tests
            nodes: [{name: same, count: 2, image: i}]
            """
        let error = #expect(throws: BlueprintError.self) { try Blueprint(yaml: yaml) }
        #expect(error?.problems.first?.value == "same")
    }

    @Test(arguments: ["", "a: [", "- x", "name: x\nname: y", "name: Bad Name\nversion: 1", "1: x"])
    func whatIsNoBlueprintIsRefused(_ yaml: String) {
        #expect(throws: BlueprintError.self) { try Blueprint(yaml: yaml) }
    }
}

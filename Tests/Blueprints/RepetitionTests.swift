import Blueprints
import Model
import Testing

@Suite("Lists and repetitions")
struct RepetitionTests {
    /// A blueprint of one node, with lists of its own, whose command is under test.
    private func command(_ items: String, lists: String = "", organizations: Int = 2, peers: Int = 3) throws -> [String] {
        try plan("command: [\(items)]", lists: lists, organizations: organizations, peers: peers).nodes[0].command
    }

    private func plan(_ node: String, lists: String = "", organizations: Int = 2, peers: Int = 3) throws -> Plan {
        try Blueprint(
            yaml: """
                name: sample
                version: 1
                title: Sample
                description: For tests
                parameters:
                  - {name: organizations, type: integer, minimum: 0, maximum: 9, default: 2, description: Any}
                  - {name: peers, type: integer, minimum: 0, maximum: 9, default: 3, description: Any}
                lists:
                  - name: all1
                    items:
                      - count: "{{organizations}}"
                        as: number
                        give:
                          name: "org{{number}}"
                          peers:
                            - {count: "{{peers}}", from: 0, as: place, give: {host: "peer{{place}}.org{{number}}"}}
                  - name: everyPeer
                    items: [{foreach: all1, as: organization, give: [{foreach: organization.peers, as: peer, give: "{{peer}}"}]}]
                \(lists)
                nodes: [{name: one, image: i, \(node)}]
                """
        ).render(parameters: .object(["organizations": .integer(organizations), "peers": .integer(peers)]))
    }

    @Test("a list in a list is spread out as flatly as it is written", arguments: 0...3, 0...3)
    func nested(_ organizations: Int, _ peers: Int) throws {
        let expected = (0..<organizations).flatMap { number in (0..<peers).map { "peer\($0).org\(number + 1)" } }
        let direct = #"{foreach: all1, as: o, give: [{foreach: o.peers, as: p, give: "{{p.host}}"}]}"#
        #expect(try command(direct, organizations: organizations, peers: peers) == expected)
        let through = #"{foreach: everyPeer, as: p, give: "{{p.host}}"}"#
        #expect(try command(through, organizations: organizations, peers: peers) == expected)
        let count = try command(#""{{everyPeer.count}}""#, organizations: organizations, peers: peers)
        #expect(count == [String(organizations * peers)])
    }

    @Test("what is given in a list is spliced into it")
    func spliced() throws {
        #expect(try command(#"a, {count: 2, as: n, give: [-x, "{{n}}"]}, z"#) == ["a", "-x", "1", "-x", "2", "z"])
        #expect(try command("a, {count: 2, give: b}, {count: 0, give: c}") == ["a", "b", "b"])
        #expect(try command(#"{foreach: [x, 7, "{{peers}}"], as: e, give: "{{e}}"}"#) == ["x", "7", "3"])
    }

    @Test("words of one's own, with an anchor, write a piece once and use it twice")
    func with() throws {
        let items = #"{with: {who: a, n: 1}, give: &piece ["{{who}}", "{{n}}"]}, {with: {who: "{{peers}}", n: 2}, give: *piece}"#
        #expect(try command(items) == ["a", "1", "3", "2"])
    }

    @Test("in the place of a mapping, what is given is united with what stands there")
    func mappings() throws {
        let environment = #"environment: {A: 1, foreach: all1, as: o, give: {"{{o.name}}": "{{o.peers.count}}", B: true}}"#
        #expect(try plan(environment).nodes[0].environment == ["A": "1", "B": "true", "org1": "3", "org2": "3"])
        let error = #expect(throws: BlueprintError.self) {
            try plan(#"environment: {A: 1, foreach: all1, as: o, give: {A: "{{o.name}}"}}"#)
        }
        #expect(error?.problems.first?.rule == "is a key that stands there twice, with different values")
    }

    @Test("a mapping with a count and nothing to give is data")
    func data() throws {
        let plan = try plan("files: [{path: /a, mode: '0400', json: {count: 2, from: 1, as: x}}]")
        #expect(plan.nodes[0].files[0].content == "{\n  \"as\" : \"x\",\n  \"count\" : 2,\n  \"from\" : 1\n}\n")
    }

    @Test("nodes may be repeated by lists; each entry counts its own")
    func nodes() throws {
        let plan = try Blueprint(
            yaml: """
                name: sample
                version: 1
                title: Sample
                description: For tests
                lists: [{name: letters, items: [a, b]}]
                nodes:
                  - foreach: letters
                    as: letter
                    give: {name: "x-{{letter}}", count: 1, image: i, command: ["{{letter}}", "{{index}}", "{{group}}", "{{others.count}}"]}
                  - {name: "y{{index}}", count: 2, image: i, command: [{foreach: others, as: o, give: "{{o.name}}"}, "{{group}}"]}
                """
        ).render(parameters: .null)
        #expect(plan.nodes.map(\.name) == ["x-a", "x-b", "y1", "y2"])
        #expect(plan.nodes[1].command == ["b", "2", "1", "3"])
        #expect(plan.nodes[3].command == ["x-a", "x-b", "y1", "2"])
    }

    static let broken: [(items: String, path: String, rule: String)] = [
        ("{foreach: all1, as: peers, give: x}", "command[0].as", "has a meaning here already"),
        ("{foreach: all1, as: name, give: x}", "command[0].as", "has a meaning here already"),
        ("{foreach: peers, as: p, give: x}", "command[0].foreach", "must name a list"),
        ("{foreach: all1.peers, as: p, give: x}", "command[0].foreach", "must name a list"),
        ("{foreach: all1, as: p}", "command[0].give", "must be given"),
        ("{count: 1001, give: x}", "command[0].count", "must be an integer, 0 to 1000"),
        ("{count: 1, form: 2, give: x}", "command[0].form", "is unknown; known: as, count, from, give"),
        ("{with: {peers: 2}, give: x}", "command[0].with.peers", "has a meaning here already"),
        ("{with: [a], give: x}", "command[0].with", "must be a mapping"),
        ("{count: 1000, give: {count: 1000, give: [{count: 1000, give: x}]}}", "command[0].give", "is too much"),
    ]

    @Test("a broken repetition is said with its place", arguments: broken)
    func refused(_ items: String, _ path: String, _ rule: String) throws {
        let error = #expect(throws: BlueprintError.self) { try command(items) }
        let problem = try #require(error?.problems.first { $0.rule.hasPrefix(rule) }, "\(error?.description ?? "")")
        #expect(problem.path.hasPrefix("nodes[0].\(path)"), "\(problem)")
    }

    @Test(
        "lists have names of their own",
        arguments: [("all", "has a meaning"), ("peers", "has a meaning"), ("all1", "has a meaning"), ("a-b", "must be a letter")])
    func names(_ name: String, _ rule: String) throws {
        let error = #expect(throws: BlueprintError.self) { try command("x", lists: "  - {name: \(name), items: []}") }
        #expect(error?.problems.contains { $0.path == "lists[2].name" && $0.rule.hasPrefix(rule) } == true)
    }
}

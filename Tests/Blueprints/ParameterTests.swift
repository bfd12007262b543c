import Blueprints
import Model
import Testing

@Suite struct ParameterTests {
    private static let yaml = """
        name: sample
        version: 3
        title: Sample
        description: For tests
        parameters:
          - {name: nodes, type: integer, minimum: 1, maximum: 3, default: 1, description: How many}
          - {name: motto, type: string, minimum: 2, maximum: 5, default: abc, description: Words}
          - {name: loud, type: boolean, default: false, description: Whether}
          - {name: owner, type: string, description: Whose}
        nodes:
          - name: "n{{index}}"
            count: "{{nodes}}"
            image: some/image
            command: [run, "{{motto}}", "--loud={{loud}}", "{{owner}}"]
        """

    static func refusals() -> [(JSONValue, [BlueprintError.Problem])] {
        [
            (.object([:]), [.init(path: "parameters.owner", rule: "must be given")]),
            (
                .object(["owner": .string("me"), "nodes": .integer(4)]),
                [.init(path: "parameters.nodes", value: "4", rule: "must be 1 to 3")]
            ),
            (
                .object(["owner": .string("me"), "nodes": .string("2")]),
                [.init(path: "parameters.nodes", value: "2", rule: "must be an integer")]
            ),
            (
                .object(["owner": .string("me"), "loud": .integer(1)]),
                [.init(path: "parameters.loud", value: "1", rule: "must be a boolean")]
            ),
            (
                .object(["owner": .string("me"), "motto": .string("abcdef")]),
                [.init(path: "parameters.motto", value: "abcdef", rule: "must have 2 to 5 characters")]
            ),
            (
                .object(["owner": .string("a\nb")]),
                [.init(path: "parameters.owner", value: "a\nb", rule: "must have neither control characters nor ${")]
            ),
            (
                .object(["owner": .string("${secret.x}")]),
                [.init(path: "parameters.owner", value: "${secret.x}", rule: "must have neither control characters nor ${")]
            ),
            (
                .object(["owner": .string("me"), "size": .integer(1)]),
                [
                    .init(
                        path: "parameters.size", value: "1",
                        rule: "is no parameter of sample; known: nodes, motto, loud, owner")
                ]
            ),
            (.array([]), [.init(path: "parameters", value: "a list of 0", rule: "must be an object")]),
        ]
    }

    @Test(arguments: refusals())
    func wrongOnesAreRefusedWithPathValueAndRule(_ given: JSONValue, _ problems: [BlueprintError.Problem]) throws {
        let blueprint = try Blueprint(yaml: Self.yaml)
        let error = #expect(throws: BlueprintError.self) { try blueprint.render(parameters: given) }
        #expect(error?.problems == problems)
    }

    @Test func allProblemsAreToldAtOnce() throws {
        let blueprint = try Blueprint(yaml: Self.yaml)
        let given = JSONValue.object(["nodes": .integer(0), "motto": .string(""), "x": .null])
        let error = #expect(throws: BlueprintError.self) { try blueprint.render(parameters: given) }
        #expect(error?.problems.map(\.path) == ["parameters.x", "parameters.nodes", "parameters.motto", "parameters.owner"])
    }

    @Test func goodOnesArePutIntoTheirPlaces() throws {
        let plan = try Blueprint(yaml: Self.yaml).render(
            parameters: .object(["nodes": .integer(2), "owner": .string("me"), "loud": .bool(true)]))
        #expect(plan.blueprint == BlueprintReference(name: "sample", version: 3))
        #expect(plan.nodes.map(\.name) == ["n1", "n2"])
        #expect(plan.nodes.allSatisfy { $0.command == ["run", "abc", "--loud=true", "me"] })
    }
}

import DockerSupport
import Drivers
import Foundation
import KubernetesDriver
import KubernetesSupport
import Model
import Testing
import Yams

/// The agent's rights as the repository says them: they are enough, and each of them is needed.
@Suite(.serialized)
struct RightsTests {
    @Test func anAgentWorksWithExactlyTheseRights() async throws {
        try await KubernetesField.using { field in
            try await withRights(try Self.rules(), field) { context in
                let driver = field.driver()
                #expect(try await driver.probe(field.host, context).machines ?? 0 > 0)
                let work = SampleChain.work(Self.plan)
                let signals = try await driver.signals(field.host, context)
                #expect(try await driver.converge(work, on: field.host, context).nodes.map(\.health) == [.healthy])
                for try await _ in signals { break }
                let request = LogRequest(chain: work.id, node: "node1", wait: 10)
                #expect(try await !driver.logs(request, on: field.host, context).lines.isEmpty)
                let restart = work.changed { $0.restarts += 1 }
                _ = try await driver.converge(restart, on: field.host, context)
                let stop = restart.changed { $0.power = .stopped }
                _ = try await driver.converge(stop, on: field.host, context)
                let observed = try await driver.observe(field.host, context).chains
                #expect(observed.map(\.id) == [work.id])
                try await driver.remove(observed.flatMap(\.objects), on: field.host, context)
                #expect(try await driver.observe(field.host, context).chains.isEmpty)
            }
        }
    }

    @Test(arguments: [("statefulsets", "create"), ("secrets", "patch"), ("namespaces", "create"), ("pods", "list")])
    func aMissingRightIsNamed(_ resource: String, _ verb: String) async throws {
        try await KubernetesField.using { field in
            try await withRights(try Self.rules(without: verb, on: resource), field) { context in
                let work = SampleChain.work(Self.plan)
                let error = await #expect(throws: WorkError.self) {
                    try await field.driver().converge(work, on: field.host, context)
                }
                #expect(error?.code == .notPermitted && error?.disposition == .terminal)
                #expect(error?.message.contains("may not \(verb) \(resource)") == true, "\(error?.message ?? "")")
                _ = try await field.driver().converge(work.absent, on: field.host, field.context)
            }
        }
    }

    /// Says something, has a task that gives a file, and publishes a port.
    private static var plan: Plan {
        var plan = SampleChain.plan(nodes: 1, script: "echo hello; \(SampleChain.script)")
        let lines = ["-----BEGIN CONTINUO FILE a-----", "QQ==", "-----END CONTINUO FILE a-----"]
        plan.tasks = [
            PlannedTask(
                name: "maker", image: Docker.image,
                command: ["/bin/sh", "-c", lines.map { "echo '\($0)'" }.joined(separator: ";")],
                stage: .before, gives: ["a"])
        ]
        plan.nodes[0].files.append(PlannedFile(path: "/etc/sample/a", given: TaskFile(task: "maker", file: "a"), mode: 0o444))
        return plan
    }

    private struct Object: Decodable {
        var kind: String
        var rules: [Rule]?
    }

    private struct Rule: Codable {
        var apiGroups: [String]
        var resources: [String]
        var verbs: [String]
    }

    private static func rules(without verb: String = "", on resource: String = "") throws -> JSONValue {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../ops/kubernetes/agent-rbac.yaml")
        let texts = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n---\n")
        let objects = try texts.map { try YAMLDecoder().decode(Object.self, from: $0) }
        var rules = try #require(objects.first { $0.kind == "ClusterRole" }?.rules)
        for index in rules.indices where rules[index].resources == [resource] { rules[index].verbs.removeAll { $0 == verb } }
        return try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(rules))
    }

    /// An account with these rights alone, which nobody else has.
    private func withRights(
        _ rules: JSONValue, _ field: KubernetesField, _ body: (WorkContext) async throws -> Void
    ) async throws {
        let name = "continuo-test-\(field.installation.description.prefix(8).lowercased())"
        let accounts = "/api/v1/namespaces/default/serviceaccounts"
        let rights = "/apis/rbac.authorization.k8s.io/v1"
        let metadata: JSONValue = ["name": .string(name)]
        func end() async throws {
            _ = try await field.cluster.send("DELETE", "\(rights)/clusterrolebindings/\(name)")
            _ = try await field.cluster.send("DELETE", "\(rights)/clusterroles/\(name)")
            _ = try await field.cluster.send("DELETE", "\(accounts)/\(name)")
        }
        try await field.cluster.call("POST", accounts, ["metadata": metadata])
        try await field.cluster.call("POST", "\(rights)/clusterroles", ["metadata": metadata, "rules": rules])
        try await field.cluster.call(
            "POST", "\(rights)/clusterrolebindings",
            [
                "metadata": metadata,
                "roleRef": ["apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": .string(name)],
                "subjects": [["kind": "ServiceAccount", "name": .string(name), "namespace": "default"]],
            ])
        do {
            try await body(try await context(of: "\(accounts)/\(name)", field))
        } catch {
            try await end()
            throw error
        }
        try await end()
    }

    private func context(of account: String, _ field: KubernetesField) async throws -> WorkContext {
        struct Answer: Decodable {
            struct Status: Decodable { var token: String }
            var status: Status
        }
        let data = try await field.cluster.call(
            "POST", "\(account)/token",
            ["apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": ["expirationSeconds": 3600]])
        let token = try JSONDecoder().decode(Answer.self, from: data).status.token
        let credentials = HostCredentials(ca: field.cluster.credentials.ca, token: token)
        return WorkContext(
            installation: field.installation, vaults: field.context.vaults, credentials: credentials, mayAct: {})
    }
}

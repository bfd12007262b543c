import Curl
import DockerSupport
import Drivers
import KubernetesDriver
import KubernetesSupport
import Model
import Testing

/// Things that go wrong on a real cluster.
@Suite(.serialized)
struct TroubleTests {
    @Test func aNodeThatEndsAgainAndAgainIsToldWithItsLastWordsAndWithoutSecrets() async throws {
        try await KubernetesField.using { field in
            let plan = SampleChain.plan(nodes: 1, script: "busybox cat /etc/sample/token; echo i am done; exit 7")
            let work = SampleChain.work(plan)
            let error = await #expect(throws: WorkError.self) {
                try await field.driver().converge(work, on: field.host, field.context)
            }
            #expect(error?.code == .nodeFailed && error?.disposition == .transient && error?.node == "node1")
            #expect(error?.message.contains("exit code 7") == true)
            #expect(error?.log?.contains("i am done") == true && error?.log?.contains("token=…") == true)
            let seen = try await field.driver().observe(field.host, field.context).chains[0].nodes[0]
            #expect(seen.health == .unhealthy)
            _ = try await field.driver().converge(work.absent, on: field.host, field.context)
        }
    }

    @Test func aNodeThatTakesTooMuchMemoryIsToldSo() async throws {
        try await KubernetesField.using { field in
            var plan = SampleChain.plan(nodes: 1, script: "busybox tail /dev/zero")
            plan.nodes[0].resources.memoryBytes = 16 << 20
            // On a busy machine a probe may come before the memory is gone.
            plan.nodes[0].probe?.command = ["/bin/sh", "-c", "exit 1"]
            let work = SampleChain.work(plan)
            let error = await #expect(throws: WorkError.self) {
                try await field.driver().converge(work, on: field.host, field.context)
            }
            // The kubelet learns of the lack of memory beside the end, and may say only that it was killed.
            #expect(error?.code == .nodeFailed && error?.message.contains("lack of memory") == true, "\(error?.message ?? "")")
            _ = try await field.driver().converge(work.absent, on: field.host, field.context)
        }
    }

    @Test func aNodeTooBigForEveryMachineFindsNoRoom() async throws {
        try await KubernetesField.using { field in
            var plan = SampleChain.plan(nodes: 1)
            plan.nodes[0].resources.memoryBytes = 1 << 50
            let work = SampleChain.work(plan)
            let error = await #expect(throws: WorkError.self) {
                try await field.driver().converge(work, on: field.host, field.context)
            }
            #expect(error?.code == .noRoom && error?.message.contains("memory") == true, "\(error?.message ?? "")")
            _ = try await field.driver().converge(work.absent, on: field.host, field.context)
        }
    }

    /// Somebody else's finalizer holds a namespace: the driver says what blocks it, and goes on when it is called again.
    @Test func aNamespaceThatDoesNotGoSaysWhatBlocksIt() async throws {
        try await KubernetesField.using { field in
            let work = SampleChain.work(SampleChain.plan(nodes: 1))
            let chain = try await field.driver().converge(work, on: field.host, field.context)
            let namespace = try #require(chain.objects.first { $0.kind == .namespace }?.id.split(separator: "/").first)
            let map = "/api/v1/namespaces/\(namespace)/configmaps"
            try await field.cluster.call("POST", map, ["metadata": ["name": "held", "finalizers": ["example.com/held"]]])
            let hasty = KubernetesDriver(client: field.cluster.client, patience: .init(removal: .seconds(25)))
            let error = await #expect(throws: WorkError.self) {
                try await hasty.converge(work.absent, on: field.host, field.context)
            }
            #expect(error?.code == .hostSlow && error?.disposition == .transient)
            #expect(error?.message.contains("example.com/held") == true, "\(error?.message ?? "")")
            try await field.cluster.call("PATCH", "\(map)/held", ["metadata": ["finalizers": .null]])
            #expect(try await field.driver().converge(work.absent, on: field.host, field.context).objects.isEmpty)
        }
    }

    @Test func aForeignNamespaceOfThatNameIsLeftAlone() async throws {
        try await KubernetesField.using { field in
            let work = SampleChain.work(SampleChain.plan(nodes: 1))
            let name = "ctn-\(work.id.description.filter { $0 != "-" }.suffix(12))-1"
            try await field.cluster.call("POST", "/api/v1/namespaces", ["metadata": ["name": .string(name)]])
            let error = await #expect(throws: WorkError.self) {
                try await field.driver().converge(work, on: field.host, field.context)
            }
            #expect(error?.code == .hostRefused && error?.disposition == .terminal)
            #expect(try await field.cluster.send("GET", "/api/v1/namespaces/\(name)").status == 200)
            _ = try await field.cluster.send("DELETE", "/api/v1/namespaces/\(name)")
        }
    }

    @Test func whatSomebodyChangedIsPutRight() async throws {
        try await KubernetesField.using { field in
            let work = SampleChain.work(SampleChain.plan(nodes: 1))
            let chain = try await field.driver().converge(work, on: field.host, field.context)
            let namespace = try #require(chain.objects.first { $0.kind == .namespace }?.id.split(separator: "/").first)
            let policies = "/apis/networking.k8s.io/v1/namespaces/\(namespace)/networkpolicies"
            try await field.cluster.call("DELETE", "\(policies)/chain")
            try await field.cluster.call("DELETE", "/api/v1/namespaces/\(namespace)/services/node1-published")
            let again = try await field.driver().converge(work, on: field.host, field.context)
            #expect(again.nodes.map(\.object) == chain.nodes.map(\.object) && again.nodes.flatMap(\.ports) == work.ports)
            try await field.cluster.call("GET", "\(policies)/chain")
            _ = try await field.driver().converge(work.absent, on: field.host, field.context)
        }
    }
}

import DockerSupport
import KubernetesSupport
import Model

/// A pod and a Service of his own.
struct KubernetesStranger: Stranger {
    let cluster: Kubernetes

    func holding(port: Int, subnet: String, _ body: () async throws -> Void) async throws {
        let name = "stranger-\(port)"
        try await cluster.call("POST", "/api/v1/namespaces", ["metadata": ["name": .string(name)]])
        do {
            try await cluster.call("POST", "/api/v1/namespaces/\(name)/services", service(port))
            try await cluster.call("POST", "/apis/apps/v1/namespaces/\(name)/statefulsets", statefulSet)
            let before = try await runningPod(name)
            try await body()
            guard try await runningPod(name) == before else { throw Unmet("the stranger's pod is another one now") }
        } catch {
            _ = try await cluster.send("DELETE", "/api/v1/namespaces/\(name)")
            throw error
        }
        _ = try await cluster.send("DELETE", "/api/v1/namespaces/\(name)")
    }

    private func service(_ port: Int) -> JSONValue {
        [
            "metadata": ["name": "theirs"],
            "spec": [
                "type": "NodePort", "selector": ["app": "theirs"], "ports": [["port": 80, "nodePort": .integer(port)]],
            ],
        ]
    }

    private var statefulSet: JSONValue {
        let container: JSONValue = [
            "name": "theirs", "image": .string(Docker.image), "args": ["/bin/sh", "-c", "busybox sleep 100000"],
        ]
        return [
            "metadata": ["name": "theirs"],
            "spec": [
                "serviceName": "theirs", "selector": ["matchLabels": ["app": "theirs"]],
                "template": [
                    "metadata": ["labels": ["app": "theirs"]],
                    "spec": ["terminationGracePeriodSeconds": 0, "containers": [container]],
                ],
            ],
        ]
    }

    /// Its uid, once it runs.
    private func runningPod(_ namespace: String) async throws -> JSONValue? {
        for _ in 0..<300 {
            if let pod = try? await cluster.json("/api/v1/namespaces/\(namespace)/pods/theirs-0"),
                case .object(let members) = pod, case .object(let status)? = members["status"],
                case .object(let metadata)? = members["metadata"], status["phase"] == "Running"
            {
                return metadata["uid"]
            }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw Unmet("the stranger's pod does not run")
    }
}

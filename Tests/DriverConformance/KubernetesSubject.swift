import DockerSupport
import Drivers
import Foundation
import KubernetesSupport
import Model

extension Subject {
    static func kubernetes(_ field: KubernetesField) -> Subject {
        Subject(
            driver: field.driver(), hastyDriver: field.driver(health: .seconds(5)), host: field.host, context: field.context,
            stranger: KubernetesStranger(cluster: field.cluster), insight: KubernetesInsight(cluster: field.cluster),
            troubles: KubernetesTroubles(cluster: field.cluster), unknownImage: "continuo-test/nowhere:1",
            deadEndpoint: "https://127.0.0.1:9", ownsFiles: false)
    }
}

struct KubernetesInsight: ShellInsight {
    let cluster: Kubernetes

    func run(_ command: [String], in node: ObservedNode, of work: ChainWork) async throws -> String {
        guard let namespace = node.object?.split(separator: "/").first else { throw Unmet("\(node.name) has no pod") }
        return try await cluster.run(command, in: "\(node.name)-0", namespace: String(namespace))
    }

    func runs(of task: String, _ work: ChainWork) async throws -> [String] {
        try await cluster.uids(
            of: "/apis/batch/v1/jobs",
            labelled: "\(ObjectLabels.Name.chain)=\(work.id),\(ObjectLabels.Name.task)=\(task)")
    }

    /// Only ports that a plan names are reached at a node's fixed address; nobody listens there in a sample chain.
    func finds(_ name: String, in node: ObservedNode, of work: ChainWork) async throws -> Bool {
        let script = "busybox nc -w 5 \(name) 8000 2>&1; true"
        return try await run(["/bin/sh", "-c", script], in: node, of: work).contains("refused")
    }
}

struct KubernetesTroubles: Troubles {
    let cluster: Kubernetes

    private func context(_ credentials: HostCredentials) -> WorkContext {
        WorkContext(installation: .fresh(), vaults: PlainSmith(), credentials: credentials, mayAct: {})
    }

    private func target(_ endpoint: String? = nil, settings: HostSettings = .usual) -> HostTarget {
        HostTarget(
            id: .fresh(), driver: .kubernetes, endpoint: endpoint ?? cluster.endpoint, address: cluster.address,
            settings: settings)
    }

    func slowHost(_ body: (HostTarget, WorkContext) async throws -> Void) async throws {
        try await SilentTLSServer.using { endpoint, authority in
            try await body(target(endpoint), context(HostCredentials(ca: authority, token: "any")))
        }
    }

    /// Nobody makes volumes of that class.
    func fullHost(_ body: (HostTarget, WorkContext) async throws -> Void) async throws {
        let context = context(cluster.credentials)
        do {
            try await body(target(settings: HostSettings(storageClass: "exhausted")), context)
        } catch {
            _ = try await cluster.removeAll(of: context.installation)
            throw error
        }
        _ = try await cluster.removeAll(of: context.installation)
    }

    func lockedHost(_ body: (HostTarget, WorkContext) async throws -> Void) async throws {
        try await body(target(), context(HostCredentials(ca: cluster.credentials.ca, token: "of somebody else")))
    }
}

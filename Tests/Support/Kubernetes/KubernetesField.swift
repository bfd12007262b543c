import DockerSupport
public import Drivers
public import KubernetesDriver
public import Model

/// A place on the test cluster that belongs to one test: an installation and a host of its own.
public struct KubernetesField: Sendable {
    public let cluster: Kubernetes
    public let host: HostTarget
    public let context: WorkContext
    public var installation: InstallationID { context.installation }

    /// A driver that gives up sooner than a real one.
    public func driver(health: Duration = .seconds(60)) -> KubernetesDriver {
        KubernetesDriver(
            client: cluster.client,
            patience: .init(
                starting: .seconds(90), health: health, scheduling: .seconds(8), settling: .seconds(8), stopping: .seconds(90),
                removal: .seconds(150)))
    }

    /// Gives `body` a field, and removes everything of it afterwards.
    /// - Throws: `Unmet` when the body left objects of it on the cluster.
    public static func using(
        settings: HostSettings = .usual, _ body: (KubernetesField) async throws -> Void
    ) async throws {
        let field = try await KubernetesField(Kubernetes.forTests(), settings)
        do {
            try await body(field)
        } catch {
            _ = try await field.cluster.removeAll(of: field.installation)
            throw error
        }
        let left = try await field.cluster.removeAll(of: field.installation)
        guard left.isEmpty else { throw Unmet("left behind: \(left)") }
    }

    private init(_ cluster: Kubernetes, _ settings: HostSettings) {
        self.cluster = cluster
        host = HostTarget(
            id: .fresh(), driver: .kubernetes, endpoint: cluster.endpoint, address: cluster.address, settings: settings)
        context = WorkContext(
            installation: .fresh(), vaults: PlainSmith(), credentials: cluster.credentials, mayAct: {})
    }
}

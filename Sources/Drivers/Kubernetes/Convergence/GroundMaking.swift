import Drivers
import Model

/// Makes what a chain's pods stand on: the namespace, the vault, and everything that is there before a pod is.
struct GroundMaking: Sendable {
    let cluster: Cluster
    let ground: ChainGround
    let context: WorkContext

    /// - Throws: `hostRefused` where a namespace of that name is not ours.
    func makeNamespace() async throws(WorkError) {
        let manifest = ground.namespace
        if try await cluster.create(manifest, as: NamespaceObject.self) != nil { return }
        guard let other = try await cluster.get(NamespaceObject.self, manifest.name) else { return }
        guard other.ours?.installation == ground.installation, other.ours?.chain == ground.work.id else {
            throw WorkError(.terminal, .hostRefused, "the namespace \(manifest.name) on the cluster is not ours")
        }
    }

    /// The first writer's vault is everybody's: creating a Secret that exists is refused, and what is there counts.
    func makeVault() async throws(WorkError) -> SealedVault {
        let (sealed, labels) = try context.freshVault(for: ground.work, on: ground.host)
        let manifest = ground.vault(sealed, labels: labels)
        if try await cluster.create(manifest, as: SecretObject.self) != nil { return sealed }
        let other = try await cluster.get(SecretObject.self, ObjectNames.vault, in: ground.names.namespace)
        let incarnation = ground.work.desired.incarnation
        guard let vault = other?.sealed(of: ground.work.id, incarnation: incarnation, ground.installation) else {
            throw WorkError(.transient, .hostRefused, "the chain's vault went away while it was worked on")
        }
        return vault
    }

    /// Everything else, as it should be: what somebody changed is put right, what is missing is made.
    /// - Returns: the fixed addresses of the nodes.
    func makeRest() async throws(WorkError) -> [String: String] {
        let nodes = ground.work.plan.nodes
        let cluster = cluster
        async let addresses = outcome { () async throws(WorkError) in try await makeServices() }
        async let others = outcome { () async throws(WorkError) in
            let manifests =
                [ground.account, ground.limits, ground.isolation] + nodes.compactMap { ground.opening(of: $0) }
                + nodes.flatMap { ground.claims(of: $0) }
            _ = try await inParallel(manifests) { (manifest) throws(WorkError) in try await cluster.apply(manifest) }
        }
        _ = try await others.get()
        let made = try await addresses.get()
        // Last: until the cluster has counted what is there, a new quota refuses everything that it counts.
        try await cluster.apply(ground.quota)
        return made
    }

    private func makeServices() async throws(WorkError) -> [String: String] {
        let cluster = cluster
        let ground = ground
        let made = try await inParallel(ground.work.plan.nodes) { (node) throws(WorkError) -> (String, String)? in
            if let published = try ground.publishedService(of: node) { try await publish(published, node) }
            guard let service = ground.service(of: node) else { return nil }
            let there = try await cluster.apply(service, as: ServiceObject.self, node: node.name)
            return there.spec.clusterIP.map { (node.name, $0) }
        }
        return Dictionary(made.compactMap { $0 }) { first, _ in first }
    }

    /// While another agent makes the same Service, its ports are taken already and it is not to be seen yet.
    private func publish(_ service: Manifest, _ node: PlannedNode) async throws(WorkError) {
        for _ in 1...3 {
            do {
                try await cluster.apply(service, node: node.name)
                return
            } catch {
                guard error.code == .portTaken else { throw error }
            }
            try await pause(.milliseconds(100))
        }
        try await cluster.apply(service, node: node.name)
    }

    /// A Job's pod that a fresh quota refuses is tried again by the cluster only after ten seconds.
    func awaitQuota() async throws(WorkError) {
        let end = ContinuousClock.now + .seconds(10)
        while try await cluster.get(QuotaObject.self, ObjectNames.chain, in: ground.names.namespace)?.status?.hard == nil {
            guard ContinuousClock.now < end else { return }
            try await pause(.milliseconds(30))
        }
    }
}

/// For work that goes on beside other work: what comes of it, as a value.
private func outcome<Value: Sendable>(
    _ body: @Sendable () async throws(WorkError) -> Value
) async -> Result<Value, WorkError> {
    do {
        return .success(try await body())
    } catch {
        return .failure(error)
    }
}

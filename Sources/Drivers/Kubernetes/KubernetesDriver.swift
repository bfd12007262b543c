// Chains on a Kubernetes cluster, over its HTTP API (1.20 to today's).
//
// A chain's incarnation is a namespace. In it are, for each node, a StatefulSet of one pod, a Service with a fixed address for the
// others (who know it by their hosts files, so that the cluster's name service is not needed and names may be anything), another
// Service for its published ports (NodePorts, as the ledger assigned them), claims for its volumes and a Secret with its files; and
// once for all a quota, limits, network policies that let nothing in but to published ports, and an account that may do nothing.
// Tasks are Jobs. The vault is a Secret that holds it sealed: creating one that exists is refused, so of any number of agents the
// first one's vault is everybody's. Everything is labelled (`ObjectLabels`; what labels can't hold stands in annotations).
//
// `Convergence` goes round: look, plan (`ConvergePlan`), act, until nothing is left to do. What pods stand on is applied by the
// server (server-side apply): made twice at the same time, it is there once. A StatefulSet is only ever created, scaled between 0
// and 1, and deleted by its uid: restarting a node is a new one, so that its uid says which one it is. Its claims stay.
//
// A namespace that is on its way out is waited for. Nothing in it can be made, and its published ports are not free before.

public import Curl
public import Drivers
public import Model

/// The driver for `kubernetes` hosts.
public struct KubernetesDriver: Driver {
    let client: HTTPClient
    let patience: Patience

    /// - Parameter client: carries all calls; its address policy is the agent's allow-list.
    public init(client: HTTPClient, patience: Patience = Patience()) {
        self.client = client
        self.patience = patience
    }

    /// How long the driver waits for what the cluster promises at once and does later.
    public struct Patience: Sendable, Hashable {
        /// For pods to run: images may have to be pulled.
        public var starting: Duration
        /// For a node that runs to be healthy.
        public var health: Duration
        /// For a pod to find a machine, which a cluster may have to make first.
        public var scheduling: Duration
        /// For what one part of the cluster knows to reach the others.
        public var settling: Duration
        /// For a node's pod to be gone once it was asked to end.
        public var stopping: Duration
        /// For a namespace to be gone.
        public var removal: Duration

        public init(
            starting: Duration = .seconds(300), health: Duration = .seconds(120), scheduling: Duration = .seconds(60),
            settling: Duration = .seconds(10),
            stopping: Duration = .seconds(90), removal: Duration = .seconds(180)
        ) {
            self.starting = starting
            self.health = health
            self.scheduling = scheduling
            self.settling = settling
            self.stopping = stopping
            self.removal = removal
        }
    }

    public func probe(_ host: HostTarget, _ context: WorkContext) async throws(WorkError) -> HostFacts {
        let cluster = try cluster(of: host, context)
        let version = try await cluster.version()
        let machines = try await cluster.machines()
        guard let first = machines.first else {
            throw WorkError(.transient, .noRoom, "the cluster has no machine")
        }
        let apiVersion = version.numbers.map { "\($0).\($1)" } ?? version.gitVersion
        return HostFacts(
            version: version.gitVersion, apiVersion: apiVersion, operatingSystem: first.status.nodeInfo.osImage,
            architecture: first.status.nodeInfo.architecture,
            cpus: Int(machines.reduce(0) { $0 + $1.amount("cpu") }),
            memoryBytes: Int(machines.reduce(0) { $0 + $1.amount("memory") }), machines: machines.count)
    }

    public func converge(
        _ work: ChainWork, on host: HostTarget, _ context: WorkContext
    ) async throws(WorkError) -> ObservedChain {
        let cluster = try cluster(of: host, context)
        return try await Convergence(cluster: cluster, work: work, host: host, context: context, patience: patience).run()
    }

    public func vault(
        of chain: ChainID, incarnation: Int, on host: HostTarget, _ context: WorkContext
    ) async throws(WorkError) -> SealedVault? {
        let names = ObjectNames(chain: chain, incarnation: incarnation)
        let secret = try await cluster(of: host, context).get(SecretObject.self, ObjectNames.vault, in: names.namespace)
        return secret?.sealed(of: chain, incarnation: incarnation, context.installation)
    }

    func cluster(of host: HostTarget, _ context: WorkContext) throws(WorkError) -> Cluster {
        Cluster(
            client: client, access: try ClusterAccess(host, context.credentials), installation: context.installation,
            mayAct: context.mayAct)
    }
}

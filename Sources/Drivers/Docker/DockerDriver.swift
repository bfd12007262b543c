// Chains on a Docker daemon, over its HTTP API (1.41 of Docker 20.10 to today's).
//
// A chain is a network with the subnet that the ledger assigned, named volumes and one container a node, all labelled
// (`ObjectLabels`). Its secrets are the label of one more volume, the vault: creating a volume that exists answers with the labels
// it was created with, so that of any number of agents the first one's vault is everybody's. A name holds chain, incarnation and
// node, so that whatever is made twice at the same time meets itself: the second maker finds the first one's object and adopts it.
//
// `Convergence` goes round: look, plan (`ConvergePlan`), act, until nothing is left to do. So a call cut off anywhere, or made
// twice, or at the same time as another, comes to the same end. What each agent may find half done:
// * a container that was created and not started: its files are put in again before it starts;
// * a container that another agent is removing: it is waited for;
// * a network whose subnet is taken by our own network of that name: it is used.
// A container also carries a fingerprint of the vault it was made with, and is replaced when that vault is gone.
//
// A task is a container without a restart policy in the same network; when it has ended with 0 it stays as the record that it was
// done, and its log, always a json-file, holds the files that it gives.

public import Curl
import DockerEngine
public import Drivers
public import Model

/// The driver for `docker` hosts.
public struct DockerDriver: Driver {
    let client: HTTPClient
    let patience: Patience

    /// - Parameter client: carries all calls; its address policy is the agent's allow-list.
    public init(client: HTTPClient, patience: Patience = Patience()) {
        self.client = client
        self.patience = patience
    }

    /// How long the driver waits for what the daemon answers at once but does later.
    public struct Patience: Sendable, Hashable {
        /// For started nodes to be healthy.
        public var health: Duration
        /// For containers, endpoints and networks that are on their way out or in.
        public var settling: Duration
        /// For a node to end by itself once it was asked to; then it is killed.
        public var stopping: Duration

        public init(
            health: Duration = .seconds(120), settling: Duration = .seconds(8), stopping: Duration = .seconds(45)
        ) {
            self.health = health
            self.settling = settling
            self.stopping = stopping
        }
    }

    public func probe(_ host: HostTarget, _ context: WorkContext) async throws(WorkError) -> HostFacts {
        let daemon = try await daemon(of: host, context)
        let info = try await daemon.info()
        return HostFacts(
            version: daemon.version.version, apiVersion: daemon.apiVersion, operatingSystem: info.operatingSystem,
            architecture: daemon.version.arch, cpus: info.cpus, memoryBytes: info.memory)
    }

    public func converge(
        _ work: ChainWork, on host: HostTarget, _ context: WorkContext
    ) async throws(WorkError) -> ObservedChain {
        let daemon = try await daemon(of: host, context)
        return try await Convergence(daemon: daemon, work: work, host: host, context: context, patience: patience).run()
    }

    public func vault(
        of chain: ChainID, incarnation: Int, on host: HostTarget, _ context: WorkContext
    ) async throws(WorkError) -> SealedVault? {
        let daemon = try await daemon(of: host, context)
        let volume = try await daemon.volume(ObjectNames(chain: chain, incarnation: incarnation).vault)
        return volume?.vault(of: chain, incarnation: incarnation, installation: context.installation)
    }

    /// Speaks with the host's daemon in the newest version of the API that both know.
    func daemon(of host: HostTarget, _ context: WorkContext) async throws(WorkError) -> Daemon {
        try await Daemon(
            client: client, endpoint: try DockerEndpoint.read(host, context.credentials),
            installation: context.installation, mayAct: context.mayAct)
    }
}

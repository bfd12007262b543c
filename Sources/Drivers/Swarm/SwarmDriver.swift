// Chains on a Docker Swarm, over the HTTP API of one of its managers (1.41 of Docker 20.10 to today's).
//
// A chain is an overlay network with the subnet that the ledger assigned and one service of one container a node, with the node's
// names as aliases and its ports published by the machine that it runs on. Files are configs, and secrets where they hold one:
// neither ever changes, so another content has another name, and what no service uses is cleared away. The vault is one more
// config, sealed (a secret could not be read back): the first one of its name is everybody's. Everything is labelled
// (`ObjectLabels`), and its name holds chain, incarnation and node, so that whatever is made twice at the same time meets itself.
//
// Volumes lie on one machine: `Machines` says which, the network's labels keep it for all nodes, and the service's own label and
// constraint hold the node there.
//
// `Convergence` goes round as the Docker driver's does: look, plan (`ConvergePlan`), act, until nothing is left to do. A service is
// changed in place, by the number of the version that was seen: whoever comes second is refused, and looks again.
//
// A manager tells what becomes of containers on other machines by its tasks alone, and has no events of them: `NodeWait` asks.

public import Curl
internal import DockerEngine
public import Drivers
public import Model

/// The driver for `swarm` hosts.
public struct SwarmDriver: Driver {
    let client: HTTPClient
    let patience: Patience

    /// - Parameter client: carries all calls; its address policy is the agent's allow-list.
    public init(client: HTTPClient, patience: Patience = Patience()) {
        self.client = client
        self.patience = patience
    }

    /// How long the driver waits for what the swarm does by and by.
    public struct Patience: Sendable, Hashable {
        /// For started nodes to be healthy.
        public var health: Duration
        /// For a complaint of the swarm's, a port in use say, to settle by itself.
        public var settling: Duration
        /// For a node to end by itself once it was asked to.
        public var stopping: Duration

        public init(
            health: Duration = .seconds(120), settling: Duration = .seconds(6), stopping: Duration = .seconds(60)
        ) {
            self.health = health
            self.settling = settling
            self.stopping = stopping
        }

        /// After which the swarm kills a container that was asked to end; the rest of the time is for what follows.
        var grace: Duration { stopping * 3 / 4 }
    }

    public func probe(_ host: HostTarget, _ context: WorkContext) async throws(WorkError) -> HostFacts {
        let daemon = try await daemon(of: host, context)
        let info = try await daemon.manager()
        let machines = try await daemon.machines()
        let resources = machines.filter(\.isReady).compactMap(\.description?.resources)
        return HostFacts(
            version: daemon.version.version, apiVersion: daemon.apiVersion, operatingSystem: info.operatingSystem,
            architecture: daemon.version.arch, cpus: resources.reduce(0) { $0 + ($1.nanoCPUs ?? 0) } / 1_000_000_000,
            memoryBytes: resources.reduce(0) { $0 + ($1.memoryBytes ?? 0) }, machines: machines.count)
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
        let config = try await daemon.config(SwarmNames(chain: chain, incarnation: incarnation).vault)
        return config?.vault(of: chain, incarnation: incarnation, installation: context.installation)
    }

    /// Speaks with the manager in the newest version of the API that both know.
    func daemon(of host: HostTarget, _ context: WorkContext) async throws(WorkError) -> Daemon {
        try await Daemon(
            client: client, endpoint: try DockerEndpoint.read(host, context.credentials), installation: context.installation,
            mayAct: context.mayAct)
    }
}

import DockerEngine
import Drivers
import Model

/// The work of one `converge`: round by round until what is there is what is wanted.
struct Convergence: Sendable {
    let daemon: Daemon
    let work: ChainWork
    let host: HostTarget
    let context: WorkContext
    let patience: DockerDriver.Patience

    func run() async throws(WorkError) -> ObservedChain {
        try await goRounds(goRound)
    }

    /// - Returns: the chain when it is as wanted; `nil` when something was done about it.
    private func goRound() async throws(WorkError) -> ObservedChain? {
        let found = try await survey()
        let vault = found.vault(for: work, of: context.installation)
        let plan = try ConvergePlan(
            for: work, containers: found.nodes(madeFrom: vault), others: found.objects, tasks: found.tasks(madeFrom: vault))
        if plan.isEmpty, isUnwanted { try await daemon.removeHalfMadeVolumes(named: work.id.objectPrefix) }
        if plan.isEmpty, vault != nil || isUnwanted { return try await settled(plan, found, vault) }
        try await act(plan, found, vault)
        return nil
    }

    private var isUnwanted: Bool { work.desired.power == .absent }

    /// All objects of the chain, but for containers that are going: those are waited for.
    private func survey() async throws(WorkError) -> Found {
        let found = Found(
            containers: try await daemon.containers(of: work.id), networks: try await daemon.networks(of: work.id),
            volumes: try await daemon.volumes(of: work.id))
        try await daemon.remove(found.doomed, patience: patience.settling)
        return found.withoutDoomed
    }

    private func act(_ plan: ConvergePlan, _ found: Found, _ vault: SealedVault?) async throws(WorkError) {
        let meter = ProgressMeter(plan, context.progress)
        let imageVolumes = try await imageVolumes(for: plan)
        if !plan.removals.isEmpty {
            try await daemon.remove(plan.removals, patience: .seconds(1))
            meter.advance("removed what is not wanted")
        }
        guard !isUnwanted else { return }
        let (making, tasks) = try prepare(try await certain(vault), imageVolumes)
        if plan.needsNetwork || !plan.tasks.isDone(.before) {
            try await NetworkMaking(
                daemon: daemon, ground: making.ground, addresses: making.addresses, patience: patience
            ).ensure()
            meter.advance("the network is there")
        }
        let before = try await tasks.run(plan.tasks, .before)
        guard before.isDone(.before) else { return }
        let changes = plan.steps.filter(\.changes)
        let fresh = Set(found.containers.filter { $0.state == "created" }.map(\.id))
        let given = try await tasks.given(to: changes.filter { $0.needsFiles(fresh) }.flatMap(\.node.files), before)
        let nodes = NodeMaking(making: making, fresh: fresh, given: given)
        _ = try await inParallel(changes) { (step) throws(WorkError) in
            try await nodes.perform(step)
            meter.advance("\(step.node.name) \(step.deed)")
        }
    }

    private func prepare(
        _ sealed: SealedVault, _ imageVolumes: [String: [String]] = [:]
    ) throws(WorkError) -> (ContainerMaking, TaskRunning) {
        let vault = try context.vaults.open(sealed, chain: work.id, incarnation: work.desired.incarnation)
        let making = ContainerMaking(
            daemon: daemon,
            ground: ChainGround(
                work: work, host: host, installation: context.installation, vault: sealed, imageVolumes: imageVolumes),
            addresses: try NodeAddresses(work), references: References(work, on: host, vault: vault), patience: patience)
        return (making, TaskRunning(making: making, blotter: Blotter(hiding: vault), progress: context.progress))
    }

    /// Asked first of all, so that an unknown image leaves nothing behind.
    private func imageVolumes(for plan: ConvergePlan) async throws(WorkError) -> [String: [String]] {
        let nodes = plan.steps.filter(\.makes).map { (image: $0.node.image, node: String?.some($0.node.name)) }
        let tasks = plan.tasks.steps.filter { !$0.isDone }.map { (image: $0.task.image, node: String?.none) }
        let images = Dictionary((nodes + tasks).map { ($0.image, $0.node) }) { first, _ in first }
        let volumes = try await inParallel(images.sorted { $0.key < $1.key }) { (image) throws(WorkError) in
            let details = try await daemon.presentImage(image.key, for: image.value, progress: context.progress)
            return (image.key, details.volumePaths)
        }
        return Dictionary(uniqueKeysWithValues: volumes)
    }

    /// The first writer's vault is everybody's: the daemon answers with the labels of the volume that is there.
    private func certain(_ found: SealedVault?) async throws(WorkError) -> SealedVault {
        if let found { return found }
        let incarnation = work.desired.incarnation
        var (fresh, labels) = try context.freshVault(for: work, on: host)
        labels[DockerLabels.vault] = fresh.text
        let volume = try await daemon.makeVolume(ObjectNames(work).vault, labels: labels)
        guard let certain = volume.vault(of: work.id, incarnation: incarnation, installation: context.installation) else {
            throw WorkError(.terminal, .hostRefused, "the volume \(volume.name) on the host is not ours")
        }
        return certain
    }

    /// All nodes are as wanted: once they are healthy, the last tasks run.
    private func settled(
        _ plan: ConvergePlan, _ found: Found, _ vault: SealedVault?
    ) async throws(WorkError) -> ObservedChain? {
        let healthy = try await HealthWait(
            daemon: daemon, work: work, found: found, secrets: { () throws(WorkError) in try openedVault(found) },
            patience: patience.health, progress: context.progress
        ).run()
        guard let vault, !plan.tasks.isDone(.after) else { return Observation(found).chain(work.id, healthy: healthy) }
        _ = try await imageVolumes(for: plan)
        let after = try await prepare(vault).1.run(plan.tasks, .after)
        guard after.isDone(.after) else { return nil }
        return Observation(try await survey()).chain(work.id, healthy: healthy)
    }

    private func openedVault(_ found: Found) throws(WorkError) -> Vault? {
        guard let vault = found.vault(for: work, of: context.installation) else { return nil }
        return try context.vaults.open(vault, chain: work.id, incarnation: work.desired.incarnation)
    }
}

import Curl
import DockerEngine
import Drivers
import Model

/// The work of one `converge`: round by round until what is there is what is wanted.
struct Convergence: Sendable {
    let daemon: Daemon
    let work: ChainWork
    let host: HostTarget
    let context: WorkContext
    let patience: SwarmDriver.Patience

    func run() async throws(WorkError) -> ObservedChain {
        try await goRounds(goRound)
    }

    /// - Returns: the chain when it is as wanted; `nil` when something was done about it.
    private func goRound() async throws(WorkError) -> ObservedChain? {
        let found = try await Found(daemon, of: work.id)
        let vault = found.vault(of: work.id, incarnation: work.desired.incarnation, installation: context.installation)
        let plan = try ConvergePlan(
            for: work, containers: found.nodes(madeFrom: vault), others: found.objects, tasks: found.plannedTasks, kind: .service)
        if plan.isEmpty, isUnwanted { try await daemon.removeHalfMadeVolumes(named: work.id.objectPrefix) }
        if plan.isEmpty, vault != nil || isUnwanted { return try await settled(plan, found, vault) }
        try await act(plan, found, vault)
        return nil
    }

    private var isUnwanted: Bool { work.desired.power == .absent }

    private func act(_ plan: ConvergePlan, _ found: Found, _ vault: SealedVault?) async throws(WorkError) {
        let meter = ProgressMeter(plan, context.progress)
        if !plan.removals.isEmpty {
            try await Removal(daemon: daemon, patience: patience.stopping).remove(plan.removals)
            meter.advance("removed what is not wanted")
        }
        guard !isUnwanted else { return }
        let making = try await making(plan, found, try await certain(vault, found.machines))
        if plan.needsNetwork { meter.advance("the network is there") }
        let tasks = plan.tasks.due(.before)
        guard tasks.isEmpty else { return try await TaskRun(making: making, patience: patience).perform(tasks, found) }
        _ = try await inParallel(plan.steps.filter(\.changes)) { (step) throws(WorkError) in
            try await making.perform(step)
            meter.advance("\(step.node.name) \(step.deed)")
        }
    }

    /// The hands that make services, with the network under them.
    private func making(_ plan: ConvergePlan, _ found: Found, _ sealed: SealedVault) async throws(WorkError) -> ServiceMaking {
        let vault = try context.vaults.open(sealed, chain: work.id, incarnation: work.desired.incarnation)
        let network = try await NetworkMaking(daemon: daemon, work: work, host: host, found: found).ensure()
        let placement = try network.placement(of: work, found)
        let ground = ChainGround(
            work: work, host: host, installation: context.installation, vault: sealed, network: network.id,
            imageVolumes: try await imageVolumes(for: plan), placement: placement, grace: patience.grace)
        return ServiceMaking(
            daemon: daemon, ground: ground,
            references: References(work, on: host, vault: vault, observed: found.machines.expected(work, placement)),
            given: try await TaskRun.givenFiles(plan, work, daemon), blotter: Blotter(hiding: vault))
    }

    /// Only the manager's images can be asked: what another machine's image calls a volume lives as long as its container.
    private func imageVolumes(for plan: ConvergePlan) async throws(WorkError) -> [String: [String]] {
        let images = Set(plan.steps.filter(\.makes).map(\.node.image))
        let volumes = try await inParallel(images.sorted()) { (image) throws(WorkError) in
            let answer = try await daemon.call("GET", Request.path("images", image, "json"))
            guard answer.succeeded else { return (image, [String]()) }
            return (image, try answer.decode(ImageDetails.self, "looking for the image \(image)").volumePaths)
        }
        return Dictionary(uniqueKeysWithValues: volumes)
    }

    /// The first writer's vault is everybody's: a second config of its name is refused.
    private func certain(_ found: SealedVault?, _ machines: Machines) async throws(WorkError) -> SealedVault {
        if let found { return found }
        let fresh = try context.freshVault(for: work, on: host, besides: machines.addresses)
        let name = SwarmNames(work).vault
        try await daemon.store(.config, name, labels: fresh.labels, content: Array(fresh.vault.text.utf8))
        let config = try await daemon.config(name)
        guard
            let vault = config?.vault(
                of: work.id, incarnation: work.desired.incarnation, installation: context.installation)
        else { throw WorkError(.terminal, .hostRefused, "the config \(name) on the host is not ours") }
        return vault
    }

    private func settled(
        _ plan: ConvergePlan, _ found: Found, _ vault: SealedVault?
    ) async throws(WorkError) -> ObservedChain? {
        let wait = NodeWait(
            daemon: daemon, work: work, found: found,
            blotter: try found.openedVault(of: work.id, incarnation: work.desired.incarnation, context).map(Blotter.init),
            patience: patience, progress: context.progress)
        try await wait.run()
        let tasks = plan.tasks.due(.after)
        if !tasks.isEmpty, let vault {
            try await TaskRun(making: try await making(plan, found, vault), patience: patience).perform(tasks, found)
            return nil
        }
        try await Removal(daemon: daemon, patience: .zero).removeUnusedFiles(found)
        return Observation(try await Found(daemon, of: work.id)).chain(work.id)
    }
}

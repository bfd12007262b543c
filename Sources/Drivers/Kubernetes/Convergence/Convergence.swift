import Drivers
import Model

/// The work of one `converge`: round by round until what is there is what is wanted.
struct Convergence: Sendable {
    let cluster: Cluster
    let work: ChainWork
    let host: HostTarget
    let context: WorkContext
    let patience: KubernetesDriver.Patience

    /// What the rounds know of one another.
    private struct State {
        /// Of the nodes' Services; there once all is there that pods stand on.
        var addresses: [String: String]?
    }

    func run() async throws(WorkError) -> ObservedChain {
        var state = State()
        return try await goRounds(refusals: 12) { () throws(WorkError) in
            do throws(WorkError) {
                return try await goRound(&state)
            } catch {
                state = State()
                throw error
            }
        }
    }

    /// - Returns: the chain when it is as wanted; `nil` when something was done about it.
    private func goRound(_ state: inout State) async throws(WorkError) -> ObservedChain? {
        let found = try await survey()
        let vault = found.sealedVault(of: work, context.installation)
        let plan = try ConvergePlan(
            for: work, containers: found.nodes(madeFrom: vault), others: found.objects,
            tasks: found.tasks(of: work.plan, madeFrom: vault))
        let meter = ProgressMeter(total: total(plan, state), context.progress)
        if !plan.removals.isEmpty {
            try await removal.remove(plan.removals.compactMap { ObjectAddress($0) })
            meter.advance("removed what is not wanted")
        }
        guard !isUnwanted else { return plan.removals.isEmpty ? Observation(found).chain(work.id) : nil }
        let parts = try await prepare(found, vault, &state, meter)
        guard plan.removals.isEmpty else { return nil }
        return try await act(plan, found, parts, meter)
    }

    private var isUnwanted: Bool { work.desired.power == .absent }
    private var removal: Removal { Removal(cluster: cluster, patience: patience) }
    private var ground: ChainGround { ChainGround(work: work, host: host, installation: context.installation) }

    private func total(_ plan: ConvergePlan, _ state: State) -> Int {
        let steps = plan.steps.filter(\.changes).count
        return (plan.removals.isEmpty ? 0 : 1) + (state.addresses == nil && !isUnwanted ? 1 : 0) + steps
            + (steps == 0 ? HealthWait.wanted(work).count : 0)
    }

    /// All objects of the chain, but for namespaces that are going: those are waited for.
    private func survey() async throws(WorkError) -> Found {
        let found = try await Survey(cluster: cluster, host: host.id).chain(work)
        // A ledger that was restored from an older backup waits for nothing.
        for namespace in found.doomed where !isFuture(namespace) {
            try await removal.awaitEnd(of: ObjectAddress(namespace))
        }
        return found.without(found.doomed.filter { !isFuture($0) })
    }

    private func isFuture(_ namespace: NamespaceObject) -> Bool {
        namespace.ours.map { $0.incarnation > work.desired.incarnation } ?? false
    }

    /// What pods stand on, once a call; the vault first of all.
    private func prepare(
        _ found: Found, _ vault: SealedVault?, _ state: inout State, _ meter: ProgressMeter
    ) async throws(WorkError) -> PodParts {
        let making = GroundMaking(cluster: cluster, ground: ground, context: context)
        if !found.namespaces.contains(where: { $0.metadata.name == ground.names.namespace }) {
            try await making.makeNamespace()
        }
        let sealed: SealedVault
        if let vault { sealed = vault } else { sealed = try await making.makeVault() }
        let addresses: [String: String]
        if let known = state.addresses {
            addresses = known
        } else {
            addresses = try await making.makeRest()
            state.addresses = addresses
            meter.advance("what the pods stand on is there")
        }
        let opened = try context.vaults.open(sealed, chain: work.id, incarnation: work.desired.incarnation)
        return PodParts(
            plan: work.plan, references: References(work, on: host, vault: opened), fingerprint: sealed.fingerprint,
            certificatesExpireAt: opened.certificatesExpireAt, blotter: Blotter(hiding: opened), addresses: addresses)
    }

    private func act(
        _ plan: ConvergePlan, _ found: Found, _ parts: PodParts, _ meter: ProgressMeter
    ) async throws(WorkError) -> ObservedChain? {
        let words = PodWords(blotter: parts.blotter)
        let tasks = TaskMaking(
            cluster: cluster, ground: ground, parts: parts, removal: removal, words: words, progress: context.progress)
        if !plan.tasks.isDone(.before) || !plan.tasks.isDone(.after) {
            try await GroundMaking(cluster: cluster, ground: ground, context: context).awaitQuota()
        }
        guard try await tasks.run(plan.tasks, .before).isDone(.before) else { return nil }
        let steps = plan.steps.filter(\.changes)
        guard steps.isEmpty else {
            let making = NodeMaking(cluster: cluster, ground: ground, parts: parts, removal: removal, pods: found.pods)
            _ = try await inParallel(steps) { (step) throws(WorkError) in
                try await making.perform(step)
                meter.advance("\(step.node.name) \(step.deed)")
            }
            return nil
        }
        var wait = HealthWait(cluster, work, found.statefulSets, words, patience, meter)
        let healthy = try await wait.run()
        guard try await tasks.run(plan.tasks, .after).isDone(.after) else { return nil }
        return try await settled(found, healthy)
    }

    /// Another look, for the pods have changed since; where somebody else has been at work meanwhile, another round follows.
    private func settled(_ before: Found, _ healthy: Set<String>) async throws(WorkError) -> ObservedChain? {
        let now = try await Survey(cluster: cluster, host: host.id).chain(work)
        func sets(_ found: Found) -> Set<String> { Set(found.statefulSets.map(\.metadata.uid)) }
        guard sets(before) == sets(now), now.doomed.isEmpty else { return nil }
        return Observation(now).chain(work.id, healthy: healthy)
    }
}

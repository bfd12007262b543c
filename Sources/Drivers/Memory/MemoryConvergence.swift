internal import Drivers
internal import Model

/// Brings one chain to its desired state: look, plan, act, and again until nothing is left to do. So a call that was cut off
/// anywhere, or that meets another agent at the same work, comes to the same end: what somebody else was faster with is looked
/// at again.
struct MemoryConvergence {
    private static let rounds = 20

    let work: ChainWork
    let host: HostTarget
    let client: MemoryClient

    func run() async throws(WorkError) -> ObservedChain {
        for _ in 1...Self.rounds {
            let found = try await Found.list(client, host.id, work.id)
            let plan = try ConvergePlan(for: work, containers: found.nodes, others: found.others)
            let missing = try self.missing(found)
            if plan.isEmpty, missing.isEmpty { return try judge(found) }
            try await apply(plan, missing)
        }
        throw WorkError(.transient, .hostRefused, "the chain kept changing while it was brought to its desired state")
    }

    private func apply(_ plan: ConvergePlan, _ missing: [MemoryObject.Spec]) async throws(WorkError) {
        let steps = plan.steps.filter { $0.step != .keep && $0.step != .absent }
        let total = plan.removals.count + missing.count + steps.count
        var done = 0
        func tell(_ step: String) {
            client.context.progress(Progress(done: done, total: total, step: step))
            done += 1
        }
        try await requireImages(of: steps)
        for object in plan.removals {
            tell("removing \(object.kind.rawValue) \(object.id)")
            try await client.remove(object)
        }
        for spec in missing {
            tell("making \(spec.kind.rawValue) \(spec.name)")
            guard case .done = try await client.create(spec) else { return }
        }
        for step in steps {
            tell("\(step.node.name): \(step.step)")
            guard case .done = try await take(step) else { return }
        }
    }

    /// Before anything is made, so that a plan that can't be met leaves nothing behind.
    private func requireImages(of steps: [ConvergePlan.Step]) async throws(WorkError) {
        var known: Set<String> = []
        for step in steps where known.insert(step.node.image).inserted {
            try await client.requireImage(of: step.node)
        }
    }

    private func take(_ step: ConvergePlan.Step) async throws(WorkError) -> MemoryClient.Outcome<Void> {
        let node = step.node
        switch step.step {
        case .keep, .absent: return .done(())
        case .start(let id): return try await client.start(id, node: node.name)
        case .stop(let id): return try await client.stop(id, node: node.name)
        case .create(let start): return try await create(node, start: start)
        case .replace(let id, let start):
            try await client.remove(ObjectReference(kind: .container, id: id))
            return try await create(node, start: start)
        }
    }

    private func create(_ node: PlannedNode, start: Bool) async throws(WorkError) -> MemoryClient.Outcome<Void> {
        let spec = MemoryObject.Spec(
            kind: .container, name: name(node.name), labels: labels(node), image: node.image,
            ports: work.ports.filter { $0.node == node.name })
        guard case .done(let container) = try await client.create(spec) else { return .overtaken }
        return start ? try await client.start(container.id, node: node.name) : .done(())
    }

    /// What containers need and is not there yet: the vault first, for nothing is made without it.
    private func missing(_ found: [Found]) throws(WorkError) -> [MemoryObject.Spec] {
        guard work.desired.power != .absent else { return [] }
        let incarnation = work.desired.incarnation
        var specs: [MemoryObject.Spec] = []
        if found.vault(incarnation) == nil {
            let vault = try client.context.vaults.forge(for: work, on: host)
            specs.append(spec(.secret, "vault", content: vault.text))
        }
        specs.append(spec(.network, "network", subnet: work.subnet))
        for node in work.plan.nodes {
            specs += node.volumes.map { spec(.volume, "\(node.name)-\($0.name)") }
        }
        let present = Set(found.map { "\($0.object.spec.kind) \($0.object.spec.name)" })
        return specs.filter { !present.contains("\($0.kind) \($0.name)") }
    }

    /// Nothing is left to do; are the nodes as they should be?
    private func judge(_ found: [Found]) throws(WorkError) -> ObservedChain {
        let chain = ObservedChain(id: work.id, found: found)
        for node in chain.nodes where work.desired.power(of: node.name) == .running {
            if node.health == .unhealthy {
                throw WorkError(.transient, .notHealthy, "node \(node.name) is not healthy: its probe fails", node: node.name)
            }
        }
        return chain
    }

    private func spec(
        _ kind: ObjectReference.Kind, _ part: String, subnet: String? = nil, content: String? = nil
    ) -> MemoryObject.Spec {
        MemoryObject.Spec(kind: kind, name: name(part), labels: labels(), subnet: subnet, content: content)
    }

    private func labels(_ node: PlannedNode? = nil) -> [String: String] {
        ObjectLabels(work, on: host.id, of: client.context.installation, node: node).dictionary
    }

    /// Unique on the host, and the same for everyone who makes this part.
    private func name(_ part: String) -> String {
        "\(work.id)-\(work.desired.incarnation)-\(part)"
    }
}

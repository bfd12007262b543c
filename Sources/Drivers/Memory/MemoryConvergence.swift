internal import Drivers
internal import Model

/// Brings one chain to its desired state: look, plan, act, and again until nothing is left to do. So a call that was cut off
/// anywhere, or that meets another agent at the same work, comes to the same end: what somebody else was faster with is looked
/// at again.
struct MemoryConvergence {
    private static let rounds = 40
    /// Between two looks at a task that runs.
    private static let pause = Duration.milliseconds(50)

    let work: ChainWork
    let host: HostTarget
    let client: MemoryClient

    func run() async throws(WorkError) -> ObservedChain {
        var found = try await look()
        for _ in 1...Self.rounds {
            let plan = try ConvergePlan(for: work, containers: found.nodes, others: found.others, tasks: found.tasks)
            let missing = try self.missing(found)
            if plan.isEmpty, missing.isEmpty {
                let chain = try judge(found)
                guard !plan.tasks.isDone(.after) else { return chain }
                try await perform(plan.tasks.due(.after), try ground(found, plan))
                found = try await look()
            } else if let after = try await apply(plan, missing, found) {
                found = after
            } else {
                found = try await look()
            }
        }
        throw WorkError(.transient, .hostRefused, "the chain kept changing while it was brought to its desired state")
    }

    private func look() async throws(WorkError) -> [Found] {
        try await Found.list(client, host.id, work.id)
    }

    /// - Returns: what is there afterwards, as the host's answers tell; `nil` where they do not tell all.
    private func apply(
        _ plan: ConvergePlan, _ missing: [MemoryObject.Creation], _ found: [Found]
    ) async throws(WorkError) -> [Found]? {
        var present = found
        let steps = plan.steps.filter { $0.step != .keep && $0.step != .absent }
        let total = plan.removals.count + missing.count + steps.count
        var done = 0
        func tell(_ step: String) {
            client.context.progress(Progress(done: done, total: total, step: step))
            done += 1
        }
        let images = steps.map { ($0.node.image, $0.node.name) } + plan.tasks.steps.map { ($0.task.image, nil) }
        try await requireImages(images, besides: Set(found.compactMap(\.object.spec.image)))
        for object in plan.removals {
            tell("removing \(object.kind.rawValue) \(object.id)")
            try await client.remove(object)
            present.remove(object.id)
        }
        for creation in missing {
            tell("making \(creation.spec.kind.rawValue) \(creation.spec.name)")
            guard case .done(let object) = try await client.create(creation) else { return nil }
            present.put(object)
        }
        // What comes next needs the vault: the next round finds it.
        guard missing.isEmpty, work.desired.power != .absent else { return present }
        let ground = try ground(found, plan)
        guard plan.tasks.isDone(.before) else {
            try await perform(plan.tasks.due(.before), ground)
            return nil
        }
        let given = try await ground.given(to: steps.flatMap(\.node.files))
        for step in steps {
            tell("\(step.node.name): \(step.step)")
            guard case .done(let container) = try await take(step, ground, given) else { return nil }
            if case .replace(let old, _) = step.step { present.remove(old) }
            if let container { present.put(container) }
        }
        return present
    }

    /// Before anything is made, so that a plan that can't be met leaves nothing behind.
    ///
    /// - Parameter known: of which the host has containers.
    private func requireImages(_ images: [(image: String, node: String?)], besides known: Set<String>) async throws(WorkError) {
        var known = known
        for (image, node) in images where known.insert(image).inserted {
            try await client.requireImage(image, for: node)
        }
    }

    /// - Returns: the container as it is then; `nil` where nothing was to be done.
    private func take(
        _ step: ConvergePlan.Step, _ ground: MemoryGround, _ given: GivenFiles
    ) async throws(WorkError) -> MemoryClient.Outcome<MemoryObject?> {
        let node = step.node
        switch step.step {
        case .keep, .absent: return .done(nil)
        case .start(let id): return try await start(id, node)
        case .stop(let id):
            guard case .done(let container) = try await client.stop(id, node: node.name) else { return .overtaken }
            return .done(container)
        case .create(let start): return try await create(node, replacing: nil, start: start, ground, given)
        case .replace(let id, let start): return try await create(node, replacing: id, start: start, ground, given)
        }
    }

    private func create(
        _ node: PlannedNode, replacing old: String?, start: Bool, _ ground: MemoryGround, _ given: GivenFiles
    ) async throws(WorkError) -> MemoryClient.Outcome<MemoryObject?> {
        var creation = try ground.creation(of: node, given)
        creation.replaces = old
        creation.starts = start
        guard case .done(let container) = try await client.create(creation) else { return .overtaken }
        return .done(start ? try running(container, node) : container)
    }

    private func start(_ id: String, _ node: PlannedNode) async throws(WorkError) -> MemoryClient.Outcome<MemoryObject?> {
        guard case .done(let container) = try await client.start(id, node: node.name) else { return .overtaken }
        return .done(try running(container, node))
    }

    /// - Throws: `nodeFailed` where it ended as soon as it was started.
    private func running(_ container: MemoryObject, _ node: PlannedNode) throws(WorkError) -> MemoryObject {
        guard container.state == .running else {
            throw WorkError(.transient, .nodeFailed, "node \(node.name) ended as soon as it was started", node: node.name)
        }
        return container
    }

    private func perform(_ due: [TaskPlan.Step], _ ground: MemoryGround) async throws(WorkError) {
        for (index, step) in due.enumerated() {
            let task = step.task
            client.context.progress(Progress(done: index, total: due.count, step: "task \(task.name)"))
            switch step.step {
            case .keep: continue
            case .run: try await run(task, ground)
            case .again(let id):
                try await client.remove(ObjectReference(kind: .container, id: id))
                try await run(task, ground)
            case .start(let id): try await finish(id, task, ground)
            case .wait(let id): try await wait(for: id, task, ground)
            }
        }
    }

    /// What somebody else was faster with is looked at in the next round.
    private func run(_ task: PlannedTask, _ ground: MemoryGround) async throws(WorkError) {
        let given = try await ground.given(to: task.files)
        guard case .done(let container) = try await client.create(try ground.creation(of: task, given)) else { return }
        try await finish(container.id, task, ground)
    }

    private func finish(_ id: String, _ task: PlannedTask, _ ground: MemoryGround) async throws(WorkError) {
        guard case .done = try await client.start(id, node: nil) else { return }
        try await wait(for: id, task, ground)
    }

    private func wait(for id: String, _ task: PlannedTask, _ ground: MemoryGround) async throws(WorkError) {
        let end = ContinuousClock.now + .seconds(task.timeout)
        while let container = try await Found.list(client, host.id, work.id).first(where: { $0.object.id == id })?.object {
            switch container.taskState {
            case .done: return try await ground.check(container, gives: task)
            case .failed: throw try await ground.failure(of: task, id, "ended with exit code \(container.exitCode ?? -1)")
            case .created: return
            case .running:
                guard ContinuousClock.now < end else {
                    let failure = try await ground.failure(of: task, id, "took longer than \(task.timeout) s")
                    throw await failure.afterTidying { () throws(WorkError) in
                        try await client.remove(ObjectReference(kind: .container, id: id))
                    }
                }
                try await pause()
            }
        }
    }

    private func pause() async throws(WorkError) {
        do {
            try await Task.sleep(for: Self.pause)
        } catch {
            throw WorkError(.cancelled, .cancelled, "the work was stopped on request")
        }
    }

    /// What containers need and is not there yet: the vault first, for nothing is made without it.
    private func missing(_ found: [Found]) throws(WorkError) -> [MemoryObject.Creation] {
        guard work.desired.power != .absent else { return [] }
        var creations: [MemoryObject.Creation] = []
        if found.vault(work.desired.incarnation) == nil {
            let (vault, labels) = try client.context.freshVault(for: work, on: host)
            creations.append(
                .init(.init(kind: .secret, name: work.objectName("vault"), labels: labels, content: vault.text)))
        }
        let labels = ObjectLabels(work, on: host.id, of: client.context.installation).dictionary
        func add(_ kind: ObjectReference.Kind, _ part: String, subnet: String? = nil) {
            creations.append(.init(.init(kind: kind, name: work.objectName(part), labels: labels, subnet: subnet)))
        }
        add(.network, "network", subnet: work.subnet)
        for node in work.plan.nodes {
            for volume in node.volumes { add(.volume, "\(node.name)-\(volume.name)") }
        }
        let present = Set(found.map { "\($0.object.spec.kind) \($0.object.spec.name)" })
        return creations.filter { !present.contains("\($0.spec.kind) \($0.spec.name)") }
    }

    private func ground(_ found: [Found], _ plan: ConvergePlan) throws(WorkError) -> MemoryGround {
        let incarnation = work.desired.incarnation
        guard let sealed = found.vault(incarnation) else {
            throw WorkError(.transient, .vaultUnreadable, "the chain's vault went away while it was worked on")
        }
        let vault = try client.context.vaults.open(sealed, chain: work.id, incarnation: incarnation)
        return MemoryGround(work: work, host: host, client: client, vault: vault, tasks: plan.tasks)
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
}

extension ChainWork {
    /// Unique on the host, and the same for everyone who makes this part.
    func objectName(_ part: String) -> String {
        "\(id)-\(desired.incarnation)-\(part)"
    }
}

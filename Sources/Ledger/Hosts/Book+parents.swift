import FoundationEssentials
import Model

/// Requests about many chains of a host. Each is an operation without a command of its own, the parent: its children, an
/// operation for each chain, are begun some at a time by the clocks, so that no transaction grows with the host, and it ends when
/// they have all ended. A host has one at a time.
extension Book {
    /// Takes the request, and begins its first children.
    ///
    /// - Throws: `notFound`, `leased`, `conflict` with a `Refusal`'s code or `no-room`.
    func undertake(_ kind: OperationKind, on id: HostID, wish: Recipe? = nil, limit: Int) throws -> OperationID {
        let entry = try host(id)
        guard entry.host.status != .gone else { throw LedgerError.notFound(what: "host", id: id.description) }
        guard entry.host.status != .deleting else { throw Refusal.hostDeleting }
        try check(kind, entry)
        let parent = Operation(
            id: fresh(), kind: kind, host: id, priority: .filling, status: .working,
            progress: Progress(done: 0, total: 0, step: "beginning"), createdAt: now)
        work[parent.id] = WorkEntry(now: WorkEntry.Stored(record: OperationRecord(operation: parent)))
        if let wish { afterwards.append(.wish(parent.id, wish)) }
        if kind == .hostClean { try setAutofill(false, on: id) }
        if kind == .hostReset { hosts[id]?.isResetting = true }
        try write()
        _ = try follow(parent.id, limit: limit)
        return parent.id
    }

    private func check(_ kind: OperationKind, _ entry: HostEntry) throws {
        switch kind {
        case .hostFillUp:
            try checkTakesChains(entry)
        case .hostReset:
            // Removing all that is ours removes the unknown too.
            if try store.isHeld(entry.host.id) { throw Refusal.ledgerBehind }
            let leased = try store.leasedChains(on: entry.host.id)
            guard leased == 0 else {
                throw LedgerError.leased("\(leased) chains of the host are leased; a host is reset when nobody holds any")
            }
        default: break
        }
    }

    private func setAutofill(_ autofill: Bool, on id: HostID) throws {
        hosts[id]?.now.host.autofill = autofill
        afterwards.append(.configured(try host(id).host))
    }

    func followParents(limit: Int) throws -> Int {
        let parents = try store.openParents(limit: limit)
        try lock(hosts: parents.map(\.host))
        var begun = 0
        for parent in parents where begun < limit { begun += try follow(parent.id, limit: limit - begun) }
        return begun
    }

    /// Nothing more is begun; it ends when what was begun has ended.
    func cancelParent(_ id: OperationID) throws {
        work[id]?.now.record.operation.cancelRequested = true
        _ = try follow(id, limit: 0)
    }

    /// - Returns: how many children were begun.
    private func follow(_ id: OperationID, limit: Int) throws -> Int {
        var parent = try operation(id).operation
        guard !parent.status.hasEnded else { return 0 }
        var children = try store.children(of: id)
        let step = try begin(parent, children, limit: parent.cancelRequested ? 0 : limit)
        children.open += step.begun
        parent.follow(children, left: step.left, remains: step.remains, at: now)
        work[id]?.now.record.operation = parent
        try write()
        return step.begun
    }

    private struct Step {
        var begun = 0
        var left = 0
        var remains: String?
    }

    private func begin(_ parent: Operation, _ children: Children, limit: Int) throws -> Step {
        switch parent.kind {
        case .hostFillUp: try makeSome(for: parent, limit: limit)
        case .hostReset: try removeAll(for: parent, children, limit: limit)
        default: try removeSome(for: parent, limit: limit)
        }
    }

    private func makeSome(for parent: Operation, limit: Int) throws -> Step {
        guard let recipe = try store.wish(of: parent.id) else { return Step() }
        let wish = Wish(
            plan: recipe.plan, parameters: recipe.parameters, priority: .filling, parent: parent.id)
        var begun = 0
        while begun < limit {
            // No room: it is full, or out of ports or subnets.
            guard try makeIfPossible(wish, on: parent.host) != nil else {
                let entry = try host(parent.host)
                return Step(begun: begun, left: entry.host.status == .unreachable ? max(0, entry.room) : 0)
            }
            begun += 1
        }
        return Step(begun: begun, left: max(0, try host(parent.host).room))
    }

    private func removeSome(for parent: Operation, limit: Int) throws -> Step {
        let found = try store.chainsLeft(for: parent, limit: limit + 1)
        try load(chains: found.prefix(limit))
        var begun = 0
        for chain in found.prefix(limit) where chains[chain]?.now.lease == nil {
            do {
                try accept(.delete, for: chain, parent: parent.id, priority: .filling)
                begun += 1
            } catch is Refusal {}
        }
        return Step(begun: begun, left: max(0, found.count - limit))
    }

    /// The chains first, then whatever of ours is left on the host.
    private func removeAll(for parent: Operation, _ children: Children, limit: Int) throws -> Step {
        let step = try removeSome(for: parent, limit: limit)
        guard step.begun == 0, step.left == 0 else { return Step(begun: step.begun, left: step.left + 1) }
        guard children.open == 0 else { return Step(left: try store.hasCleanse(parent.id) ? 0 : 1) }
        let chains = try host(parent.host).chains
        guard chains == 0 else { return Step(remains: "\(chains) chains are still on the host; look at them") }
        guard limit > 0, !(try store.hasCleanse(parent.id)) else { return Step() }
        try accept(.hostCleanse, forHost: parent.host, parent: parent.id)
        return Step(begun: 1)
    }
}

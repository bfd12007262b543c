extension Chain {
    /// What a request changes, before any agent has done anything.
    ///
    /// - Parameter node: the one node it is about: start, stop or restart alone.
    /// - Throws: `Refusal` when the chain's phase forbids it; the table of pairs is asked separately.
    public func requested(_ kind: OperationKind, node: String? = nil) throws(Refusal) -> Chain {
        if phase == .gone { throw .chainGone }
        if phase == .deleting, kind != .delete { throw .chainDeleting }
        if isBehind { throw .ledgerBehind }
        var next = self
        if let node { return try next.requesting(kind, of: node) }
        switch kind {
        case .create, .repair, .hostCreate, .hostDelete, .hostCleanse, .hostSweep, .hostFillUp, .hostClean, .hostReset:
            return next
        case .start: next.desired.runAll()
        case .stop: next.desired.power = .stopped
        case .restart:
            next.desired.runAll()
            next.desired.restarts += 1
        case .reset:
            next.desired.runAll()
            next.desired.incarnation += 1
            next.certificatesExpireAt = nil
            next.phase = .resetting
        case .delete:
            next.desired.power = .absent
            next.phase = .deleting
        }
        next.desired.generation += 1
        return next
    }
}

extension Chain {
    /// One node is asked for; what was asked of the others stays.
    private mutating func requesting(_ kind: OperationKind, of name: String) throws(Refusal) -> Chain {
        guard desired.power == .running else { throw .chainStopped }
        var node = desired.nodes[name] ?? DesiredNode()
        switch kind {
        case .start: node.power = nil
        case .stop: node.power = .stopped
        case .restart:
            node.power = nil
            node.restarts += 1
        default: return self
        }
        desired.nodes[name] = node
        desired.generation += 1
        return self
    }
}

extension Desired {
    /// All nodes are to run, whatever was asked of single ones.
    fileprivate mutating func runAll() {
        power = .running
        for name in nodes.keys { nodes[name]?.power = nil }
    }
}

extension Chain {
    /// What changes when the work of its latest operation, which ended without success, is asked for once more: nothing new is
    /// wanted, but the chain is under way again.
    ///
    /// - Throws: `chainGone`, `ledgerBehind`.
    public func retried(_ kind: OperationKind) throws(Refusal) -> Chain {
        if phase == .gone { throw .chainGone }
        if isBehind { throw .ledgerBehind }
        var next = self
        switch kind {
        case .create: next.phase = .creating
        case .reset: next.phase = .resetting
        case .delete: next.phase = .deleting
        case .start, .stop, .restart, .repair, .hostCreate, .hostDelete, .hostCleanse, .hostSweep, .hostFillUp, .hostClean,
            .hostReset:
            return next
        }
        next.reason = nil
        return next
    }
}

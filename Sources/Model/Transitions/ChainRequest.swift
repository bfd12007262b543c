extension Chain {
    /// What a request changes, before any agent has done anything.
    ///
    /// - Throws: `Refusal` when the chain's phase forbids it; the table of pairs is asked separately.
    public func requested(_ kind: OperationKind) throws(Refusal) -> Chain {
        if phase == .gone { throw .chainGone }
        if phase == .deleting, kind != .delete { throw .chainDeleting }
        var next = self
        switch kind {
        case .create, .hostCreate, .hostDelete, .repair: return next
        case .start: next.desired.power = .running
        case .stop: next.desired.power = .stopped
        case .restart:
            next.desired.power = .running
            next.desired.restarts += 1
        case .reset:
            next.desired.power = .running
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
    /// What changes when the work of its latest operation, which ended without success, is asked for once more: nothing new is
    /// wanted, but the chain is under way again.
    ///
    /// - Throws: `chainGone`.
    public func retried(_ kind: OperationKind) throws(Refusal) -> Chain {
        if phase == .gone { throw .chainGone }
        var next = self
        switch kind {
        case .create: next.phase = .creating
        case .reset: next.phase = .resetting
        case .delete: next.phase = .deleting
        case .start, .stop, .restart, .repair, .hostCreate, .hostDelete: return next
        }
        next.reason = nil
        return next
    }
}

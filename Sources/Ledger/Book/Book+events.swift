import Model

/// What came with the end of a successful attempt.
enum Sight {
    case nothing
    case facts(HostFacts)
    case chain(ObservedChain)
}

extension Book {
    /// Lets one event happen to an operation, and all that follows from it.
    func apply(_ event: OperationEvent, to id: OperationID, seen: Sight = .nothing) throws {
        let before = try operation(id)
        var record = before.now.record
        record.hasSuccessor = try event.mayEndAttempt && hasSuccessor(record.operation)
        let effects = record.apply(event, at: moment(), policy: policy)
        // Of this moment, and nothing that is stored.
        record.hasSuccessor = false
        work[id]?.now.record = record
        noteEase(before.now.record, record)
        for effect in effects { try follow(effect, of: record.operation, seen) }
    }

    /// Counts what is in flight, and sees when something waiting may have got its chance.
    private func noteEase(_ before: OperationRecord, _ after: OperationRecord) {
        let (was, now) = (before.operation.status, after.operation.status)
        if was.inFlight != now.inFlight { hosts[after.operation.host]?.inFlight += now.inFlight ? 1 : -1 }
        let quietened = zip(before.attempts, after.attempts).contains { $0.quietAt == nil && $1.quietAt != nil }
        if quietened || (was.inFlight && !now.inFlight) { eased.insert(after.operation.host) }
    }

    private func follow(_ effect: OperationEffect, of operation: Operation, _ seen: Sight) throws {
        switch effect {
        case .send(let attempt):
            let generation = work[operation.id]?.now.desired?.generation
            work[operation.id]?.generations[attempt.id] = generation
            sent.append(attempt)
        case .sendAgain(let attempt): sentAgain.append(attempt)
        case .ended(let end):
            eased.insert(operation.host)
            if case .failed(let error) = end, error.code == .poison { try bury(operation, error) }
            try operation.chain.map { try chainOperationEnded(operation, on: $0, end, seen) }
                ?? hostOperationEnded(operation, end, seen)
        case .reassign(let error):
            try reassign(error, for: operation)
        case .startOver(let error):
            try startOver(error, for: operation)
        case .broadcastCancel:
            // Its status says so; who asked for it broadcasts once this is committed.
            break
        }
    }

    /// A command that kills its agents is nobody's to take any more.
    private func bury(_ operation: Operation, _ error: WorkError) throws {
        let letter = DeadLetter(poison: operation, error, on: try host(operation.host).host, id: fresh(), at: now)
        afterwards.append(.buried(letter))
    }

    func openWork(of chain: ChainID) -> [Operation] {
        work.values.map(\.operation).filter { $0.chain == chain && !$0.status.hasEnded }
    }

    func openWork(ofHostItself host: HostID) -> [Operation] {
        work.values.map(\.operation).filter {
            $0.host == host && $0.chain == nil && !$0.kind.isParent && !$0.status.hasEnded
        }
    }

    /// Whether a later operation of its chain, or of its host itself, is open: that one does the same and more.
    private func hasSuccessor(_ operation: Operation) throws -> Bool {
        guard let chain = operation.chain else {
            try load(workOf: [operation.host])
            return openWork(ofHostItself: operation.host).contains { $0.isNewer(than: operation) }
        }
        try load(chains: [chain])
        return openWork(of: chain).contains { $0.isNewer(than: operation) }
    }
}

extension Book {
    private func hostOperationEnded(_ operation: Operation, _ end: OperationEnd, _ seen: Sight) throws {
        var host = try host(operation.host).host
        let facts: HostFacts? = if case .facts(let facts) = seen { facts } else { nil }
        host.operationEnded(operation.kind, end, facts: facts)
        hosts[host.id]?.now.host = host
    }

    private func chainOperationEnded(_ operation: Operation, on id: ChainID, _ end: OperationEnd, _ seen: Sight) throws {
        var chain = try chain(id).chain
        let observed: ObservedChain? = if case .chain(let observed) = seen { observed } else { nil }
        let effects = chain.operationEnded(
            operation.kind, end, isNewest: try !hasSuccessor(operation), aim: work[operation.id]?.now.desired, observed: observed)
        chains[id]?.now.chain = chain
        notePool(of: chain, operation.kind, end)
        for effect in effects { try follow(effect, of: id) }
    }

    private func notePool(of chain: Chain, _ kind: OperationKind, _ end: OperationEnd) {
        guard kind == .create, let pool = chain.pool else { return }
        switch end {
        case .succeeded: afterwards.append(.poolTried(pool, failure: nil))
        case .failed(let error): afterwards.append(.poolTried(pool, failure: "\(error.code.rawValue): \(error.message)"))
        case .cancelled, .superseded: break
        }
    }

    func follow(_ effect: ChainEffect, of id: ChainID) throws {
        switch effect {
        case .activateLease: try activateLease(of: id)
        case .endLease(let reason): try endLease(of: id, reason)
        case .endWaitingLease: try endWaitingLease(of: id)
        case .free: afterwards.append(.freeValues(id))
        }
    }

    private func activateLease(of id: ChainID) throws {
        guard let leaseID = try chain(id).now.lease else { return }
        let entry = try lease(leaseID)
        leases[leaseID]?.lease.activate(at: now, ttl: entry.ttl)
    }

    private func endWaitingLease(of id: ChainID) throws {
        guard let leaseID = try chain(id).now.lease, try lease(leaseID).lease.status == .waiting else { return }
        try endLease(of: id, .chainFailed)
    }

    func endLease(of id: ChainID, _ reason: LeaseEnd) throws {
        guard let leaseID = try chain(id).now.lease else { return }
        _ = try lease(leaseID)
        leases[leaseID]?.lease.end(reason, at: now)
        chains[id]?.now.lease = nil
    }
}

extension OperationEvent {
    /// Whether the operation may have to be tried again after it.
    fileprivate var mayEndAttempt: Bool {
        switch self {
        case .outcome(_, let error): error != nil
        case .again, .givenBack, .agentGone, .unfinished: true
        case .dispatch, .started, .progress, .queueLost, .supersede, .cancel, .hurry: false
        }
    }
}

extension Operation {
    /// One that is not stored yet has no sequence and is newer than all that are.
    fileprivate func isNewer(than other: Operation) -> Bool {
        guard id != other.id else { return false }
        return sequence == 0 || (other.sequence != 0 && sequence > other.sequence)
    }
}

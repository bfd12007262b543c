import Model

extension Book {
    /// Takes a request for a chain of a locked host: its desired state changes, and an operation is there to make it so.
    ///
    /// - Parameters:
    ///   - node: the one node it is about.
    ///   - parent: the operation of which it is a part.
    /// - Throws: `Refusal`.
    @discardableResult
    func accept(
        _ kind: OperationKind, for id: ChainID, node: String? = nil, parent: OperationID? = nil, priority: Priority
    ) throws -> OperationID {
        var entry = try chain(id)
        try makeWay(for: kind, among: openWork(of: id))
        entry.now.chain = try entry.chain.requested(kind, node: node)
        chains[id] = entry
        return try add(kind, host: entry.chain.host, chain: entry.chain, node: node, parent: parent, priority: priority)
    }

    /// Takes a request for a locked host itself.
    @discardableResult
    func accept(
        _ kind: OperationKind, forHost id: HostID, parent: OperationID? = nil, priority: Priority = .tenant
    ) throws -> OperationID {
        try load(workOf: [id])
        try makeWay(for: kind, among: openWork(ofHostItself: id))
        return try add(kind, host: id, chain: nil, parent: parent, priority: priority)
    }

    /// What waits ends superseded; what may not stand beside the new one refuses it.
    func makeWay(for kind: OperationKind, among open: [Operation]) throws {
        let waiting = open.first { !$0.status.inFlight }
        switch kind.decision(inFlight: open.first { $0.status.inFlight }?.kind, queued: waiting?.kind) {
        case .free, .waits: break
        case .supersedes: try waiting.map { try apply(.supersede, to: $0.id) }
        case .refused(let refusal): throw refusal
        }
    }

    /// A new operation, sent at once if nothing stands in its way.
    func add(
        _ kind: OperationKind, host: HostID, chain: Chain?, node: String? = nil, parent: OperationID? = nil, priority: Priority
    ) throws -> OperationID {
        let operation = Operation(
            id: fresh(), kind: kind, host: host, chain: chain?.id, node: node, parent: parent, priority: priority, createdAt: now)
        work[operation.id] = WorkEntry(
            now: WorkEntry.Stored(record: OperationRecord(operation: operation), desired: chain?.desired))
        try dispatchIfFree(operation.id)
        return operation.id
    }
}

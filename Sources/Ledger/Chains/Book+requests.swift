import Model

extension Book {
    /// Takes requests for as many chains; each is taken or refused by itself.
    func take(_ requests: [ChainRequest]) throws -> [RequestDesk.Taken] {
        let chains = requests.map(\.chain)
        try lock(hosts: Set(try store.hosts(ofChains: chains).values))
        try load(chains: chains)
        let operations = try requests.map { request in try attempt { try take(request) } }
        try write()
        return try operations.map { taken in
            switch taken {
            case .success(let id): .success(try accepted(id))
            case .failure(let error): .failure(error)
            }
        }
    }

    private func take(_ request: ChainRequest) throws -> OperationID {
        let id = request.chain
        let entry = try lockedChain(id, tenant: request.tenant)
        if let node = request.node, !entry.chain.plan.nodes.contains(where: { $0.name == node }) {
            throw LedgerError.notFound(what: "node", id: node)
        }
        if request.kind == .delete, entry.now.lease != nil {
            guard request.force else { throw Refusal.chainLeased }
            try endLease(of: id, .revoked)
        }
        let operation = try accept(request.kind, for: id, node: request.node, priority: .tenant)
        if let record = request.record { records.append(record) }
        return operation
    }

    /// What a refused request changed here before it was refused is forgotten.
    private func attempt<R>(_ body: () throws -> R) throws -> Result<R, LedgerError> {
        let before = (hosts, chains, leases, work, sent, sentAgain, records, afterwards, eased)
        do {
            return .success(try body())
        } catch  where error is Refusal || error is LedgerError {
            (hosts, chains, leases, work, sent, sentAgain, records, afterwards, eased) = before
            return .failure(LedgerError(error))
        }
    }

    private func accepted(_ id: OperationID) throws -> AcceptedRequest {
        let entry = try operation(id)
        guard let chain = try entry.operation.chain.map({ try chain($0) }) else {
            throw LedgerError.notFound(what: "chain of operation", id: id.description)
        }
        return AcceptedRequest(
            chain: chain.chain, operation: entry.operation, waitingFor: try waitingFor(entry),
            address: try host(entry.operation.host).host.target.address, lease: try chain.now.lease.map { try lease($0).lease })
    }

    /// A chain with its host locked.
    ///
    /// - Parameter tenant: whose lease must hold it.
    func lockedChain(_ id: ChainID, tenant: String?) throws -> ChainEntry {
        let missing = LedgerError.notFound(what: "chain", id: id.description)
        if chains[id] == nil {
            guard let host = try store.hosts(ofChains: [id])[id] else { throw missing }
            try lock(hosts: [host])
        }
        let entry = try chain(id)
        guard let tenant else { return entry }
        guard let lease = entry.now.lease, try self.lease(lease).lease.tenant == tenant else { throw missing }
        return entry
    }
}

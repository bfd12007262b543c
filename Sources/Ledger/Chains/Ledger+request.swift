public import Model
import PostgreSQL

extension Ledger {
    /// Changes what is wanted of a chain: start, stop, restart, reset, delete.
    ///
    /// - Parameters:
    ///   - node: start, stop or restart this node alone.
    ///   - tenant: whose lease must hold the chain; `nil` for an operator, who may ask for any chain.
    ///   - force: deletes a leased chain too; its lease ends at once, `revoked`.
    /// - Throws: `notFound`, also when the chain is not the tenant's; `leased`; `conflict` with a `Refusal`'s code.
    public func request(
        _ kind: OperationKind, chain id: ChainID, node: String? = nil, tenant: String? = nil, force: Bool = false
    ) async throws(LedgerError) -> (Chain, Model.Operation) {
        try await change { book in
            let operation = try book.request(kind, chain: id, node: node, tenant: tenant, force: force)
            try book.write()
            return (try book.chain(id).chain, try book.operation(operation).operation)
        }
    }
}

extension Book {
    func request(
        _ kind: OperationKind, chain id: ChainID, node: String? = nil, tenant: String?, force: Bool
    ) throws -> OperationID {
        let entry = try lockedChain(id, tenant: tenant)
        if let node, !entry.chain.plan.nodes.contains(where: { $0.name == node }) {
            throw LedgerError.notFound(what: "node", id: node)
        }
        if kind == .delete, entry.now.lease != nil {
            guard force else { throw Refusal.chainLeased }
            try endLease(of: id, .revoked)
        }
        return try accept(kind, for: id, node: node, priority: .tenant)
    }

    /// A chain with its host locked.
    ///
    /// - Parameter tenant: whose lease must hold it.
    func lockedChain(_ id: ChainID, tenant: String?) throws -> ChainEntry {
        let missing = LedgerError.notFound(what: "chain", id: id.description)
        guard let host = try store.host(ofChain: id) else { throw missing }
        try lock(hosts: [host])
        let entry = try chain(id)
        guard let tenant else { return entry }
        guard let lease = entry.now.lease, try self.lease(lease).lease.tenant == tenant else { throw missing }
        return entry
    }
}

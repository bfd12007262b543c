public import Model
import PostgreSQL

extension Ledger {
    /// Changes what is wanted of a chain: start, stop, restart, reset, delete. Requests that come at the same time share a
    /// transaction.
    ///
    /// - Parameters:
    ///   - node: start, stop or restart this node alone.
    ///   - tenant: whose lease must hold the chain; `nil` for an operator, who may ask for any chain.
    ///   - force: deletes a leased chain too; its lease ends at once, `revoked`.
    /// - Throws: `notFound`, also when the chain is not the tenant's; `leased`; `conflict` with a `Refusal`'s code.
    public func request(
        _ kind: OperationKind, chain id: ChainID, node: String? = nil, tenant: String? = nil, force: Bool = false
    ) async throws(LedgerError) -> AcceptedRequest {
        var request = ChainRequest(kind: kind, chain: id, node: node, tenant: tenant, force: force)
        // Part of a larger transaction, which puts the deed on record itself.
        if Self.open != nil {
            let alone = request
            return try await change { try $0.take([alone]) }[0].get()
        }
        request.record = Self.deed?.record(at: now)
        return try await requests.take(request) { (requests) async throws(LedgerError) in
            try await change { try $0.take(requests) }
        }
    }
}

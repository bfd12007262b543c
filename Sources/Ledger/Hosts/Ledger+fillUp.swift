public import Model

extension Ledger {
    /// Makes chains on a host up to its capacity.
    ///
    /// - Throws: `notFound`, `conflict(host-not-active)`, `conflict(no-room)` when ports or subnets give out: then none is made.
    public func fillUp(
        _ host: HostID, plan: Plan, parameters: JSONValue
    ) async throws(LedgerError) -> [(Chain, Model.Operation)] {
        try await change { book in
            let wish = Wish(plan: plan, parameters: parameters, priority: .filling)
            var made: [(chain: ChainID, operation: OperationID)] = []
            while made.isEmpty || book.hosts[host].map({ $0.room > 0 }) == true {
                made.append(try book.make(wish, on: host))
            }
            try book.write()
            return try made.map { (try book.chain($0.chain).chain, try book.operation($0.operation).operation) }
        }
    }
}
